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
  const recent = restarts.filter(({ at, server }) => at >= now - HOUR && known.has(server));
  const crashes = recent.filter(restart => markOf(restart) === 'fault');
  const starts = recent.filter(restart => markOf(restart) === 'start');
  const failed = starts.length === 0 ? '' : ` ${count(starts.length, 'failed start')} (${namesIn(starts)}).`;
  const last = crashes.at(-1);
  const inTime = startedAt < now - HOUR ? 'in the last hour' : `since the start ${span(now - startedAt)} ago`;
  if (last === undefined) return `No crash ${inTime}.${failed}`;
  return `${count(crashes.length, 'crash', 'crashes')} ${inTime} (${namesIn(crashes)}), the last ${ago(last.at, now)}.${failed}`;
}

const namesIn = (restarts: readonly Restart[]): string => names([...new Set(restarts.map(({ server }) => server))]);
