import { redactDeep } from '../../errors/redact-deep.ts';
import { planError, planFacts, remoteFacts, type ServerPlan } from '../server-plan.ts';
import type { Check, World } from './check.ts';
import { ok, problem, type Verdict } from './finding.ts';

/** One check for each server of the configuration. */
export function serverChecks({ servers }: World): readonly Check[] {
  return servers.map(({ server, plan }) => ({
    id: `server:${server.name}`,
    topic: 'servers' as const,
    title: server.name,
    run: async () => serverVerdict(await plan),
  }));
}

/** The same words as "config check --explain". */
function serverVerdict(found: ServerPlan): Verdict {
  const { server, plan, error, redact } = found;
  if (server.kind === 'remote' && error === null) {
    const remote = remoteFacts(server);
    return ok(`remote: ${redact(remote.url)}, not connected to`, { remote });
  }
  if (plan === null) {
    const hint = error === null ? 'see "holdfast config check --explain"' : redact(error.hint);
    return problem(`cannot run: ${redact(error?.message ?? 'not known why')}`, hint, { error: planError(found) });
  }
  const download = plan.mayDownload ? '; the first start may have to fetch it' : '';
  return ok(redact(`${plan.launch}: ${plan.why}${download}`), { plan: redactDeep(planFacts(plan), redact) });
}
