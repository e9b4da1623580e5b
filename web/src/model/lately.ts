import { ago, count, names, span } from './format.ts';
import { markOf } from './timeline.ts';
import type { Restart, ServerStatus } from './wire.ts';

const HOUR = 3_600_000;

/** What went wrong of late, for those who come when all is well again. `startedAt`: the manager's. */
export function latelyOf(
  servers: readonly Pick<ServerStatus, 'name'>[],
  restarts: readonly Restart[],
  startedAt: number,
  now: number,
): string {
  const known = new Set(servers.map(({ name }) => name));
  const crashes = restarts.filter(
    restart => restart.at >= now - HOUR && markOf(restart) === 'fault' && known.has(restart.server),
  );
  const last = crashes.at(-1);
  const inTime = startedAt < now - HOUR ? 'in the last hour' : `since the start ${span(now - startedAt)} ago`;
  if (last === undefined) return `No crash ${inTime}.`;
  const who = names([...new Set(crashes.map(({ server }) => server))]);
  return `${count(crashes.length, 'crash', 'crashes')} ${inTime} (${who}), the last ${ago(last.at, now)}.`;
}
