import { formatIssue } from '../../errors/config-error.ts';
import { shortPath } from '../places.ts';
import { count } from '../render/units.ts';
import type { Check, Loaded } from './check.ts';
import { ok, problem, type Verdict, warning } from './finding.ts';

export const configurationCheck: Check = {
  id: 'configuration',
  topic: 'holdfast',
  title: 'configuration',
  run: ({ loaded, cli }) => configurationVerdict(loaded, cli.cwd),
};

function configurationVerdict({ file, config, error }: Loaded, cwd: string): Verdict {
  const cause = error?.cause;
  if (file !== null && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const hint = 'name one that is there, with --config or in HOLDFAST_CONFIG';
    return problem(`there is no ${shortPath(file, cwd)}`, hint, { file, issues: error?.issues });
  }
  if (error !== null) {
    const [first] = error.issues;
    const more = error.issues.length === 1 ? '' : `, and ${count(error.issues.length - 1, 'other mistake')}`;
    const told =
      first === undefined ? 'it cannot be read' : formatIssue({ ...first, file: shortPath(first.file, cwd) });
    return problem(`${told}${more}`, 'correct it; "holdfast config check" lists every mistake', {
      file,
      issues: error.issues,
    });
  }
  if (config === null || file === null) {
    return warning('none found, so no server was looked at', 'name yours with --config, or make a holdfast.json here', {
      file: null,
    });
  }
  const { servers, disabled, warnings } = config;
  const name = shortPath(file, cwd);
  const details = { file, servers: servers.map(server => server.name), disabled, warnings };
  const [oddity] = warnings;
  if (oddity === undefined) return ok(`${name}, ${count(servers.length, 'server')}`, details);
  return warning(
    `${name}, ${count(servers.length, 'server')}; ${count(warnings.length, 'oddity', 'oddities')}, the first at line ${oddity.line}`,
    '"holdfast config check" tells them',
    details,
  );
}
