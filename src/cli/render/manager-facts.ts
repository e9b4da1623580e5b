import type { StatusReport } from '../../daemon/control-routes.ts';
import type { ContainmentStatus, LogsStatus } from '../../manager.ts';
import { leftWords } from '../../telemetry/event-entries.ts';
import { oneLine, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { timeOfDay } from './units.ts';

/** Of an older manager some are not known. */
type Facts = Partial<StatusReport['manager']>;

/** Where a manager is reached, and where what it keeps is. A value that has no room beside its name has a line of its own, uncut. */
export function managerFacts(manager: Facts, servers: StatusReport['servers'], width: number, theme: Theme): string[] {
  const { url, sessions, token, config, stateDir, containment, logs } = manager;
  const facts: readonly (readonly [name: string, value: string | null | undefined])[] = [
    ['endpoint', url],
    url == null || token === undefined ? ['token', null] : placeOf(token),
    ['sessions', url == null || sessions === undefined ? null : String(sessions)],
    ['config', config],
    ['state', stateDir],
    ['logs', logs && logsOf(logs)],
    ['held in', heldIn(servers)],
    ['guardian', containment && guardianOf(containment)],
    ['journal', containment && journalOf(containment)],
    ['sweep', containment && sweepOf(containment)],
  ];
  const column = 'endpoint'.length + 2;
  return facts.flatMap(([name, value]) => {
    if (value == null) return [];
    const text = oneLine(value);
    if (column + widthOf(text) > width) return [theme.dim(name), text];
    return [theme.dim(name.padEnd(column)) + text];
  });
}

/** `cgroup (atomic)`, each kind once, and why it is no more where that is so. */
function heldIn(servers: StatusReport['servers']): string | null {
  const each = servers.flatMap(({ container }) => {
    if (container === null) return [];
    const { kind, level, why } = container;
    return `${kind} (${level})${why === null ? '' : `: ${why}`}`;
  });
  return each.length === 0 ? null : [...new Set(each)].join(' · ');
}

const guardianOf = ({ guardian: { pid, why } }: ContainmentStatus): string | null =>
  pid === null ? why && `none: ${why}` : `pid ${pid}`;

const journalOf = ({ journal: { path, why } }: ContainmentStatus): string | null => path ?? (why && `none: ${why}`);

/** Where they are is known by the state folder; what is wrong is not. */
const logsOf = ({ reason, droppedLines }: LogsStatus): string | null =>
  reason && `cannot be written: ${reason}${droppedLines === 0 ? '' : `; ${droppedLines} lines were dropped`}`;

/** What an earlier manager had left. */
function sweepOf({ lastSweep }: ContainmentStatus): string | null {
  if (lastSweep === null) return null;
  const found = lastSweep.found.length === 0 ? 'nothing was left' : `ended ${leftWords(lastSweep.found)}`;
  return `at ${timeOfDay(lastSweep.at)}, after managers that were killed: ${found}`;
}

function placeOf(token: string | null): readonly [string, string] {
  if (token === null) return ['token', 'none is asked for'];
  return token === 'HOLDFAST_TOKEN' ? ['token', 'from HOLDFAST_TOKEN of whoever started it'] : ['token in', token];
}
