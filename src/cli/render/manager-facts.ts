import type { StatusReport } from '../../daemon/control-routes.ts';
import type { ContainmentStatus } from '../../manager.ts';
import { leftWords } from '../../telemetry/event-entries.ts';
import { oneLine, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { timeOfDay } from './units.ts';

/** Of an older manager some are not known. */
type Facts = Partial<StatusReport['manager']>;

/** Where a manager is reached, and where what it keeps is. A value that has no room beside its name has a line of its own, uncut. */
export function managerFacts(manager: Facts, width: number, theme: Theme): string[] {
  const { url, sessions, token, config, stateDir, containment } = manager;
  const facts: readonly (readonly [name: string, value: string | null | undefined])[] = [
    ['endpoint', url],
    url == null || token === undefined ? ['token', null] : placeOf(token),
    ['sessions', url == null || sessions === undefined ? null : String(sessions)],
    ['config', config],
    ['state', stateDir],
    ['guardian', containment && guardianOf(containment)],
    ['ended', containment && leftoversOf(containment)],
  ];
  const column = 'endpoint'.length + 2;
  return facts.flatMap(([name, value]) => {
    if (value == null) return [];
    const text = oneLine(value);
    if (column + widthOf(text) > width) return [theme.dim(name), text];
    return [theme.dim(name.padEnd(column)) + text];
  });
}

const guardianOf = ({ guardian: { pid, why } }: ContainmentStatus): string | null =>
  pid === null ? why && `none: ${why}` : `pid ${pid}`;

/** What an earlier manager had left; null where that was nothing. */
function leftoversOf({ lastSweep }: ContainmentStatus): string | null {
  if (lastSweep === null || lastSweep.found.length === 0) return null;
  return `at ${timeOfDay(lastSweep.at)}, what a killed manager had left: ${leftWords(lastSweep.found)}`;
}

function placeOf(token: string | null): readonly [string, string] {
  if (token === null) return ['token', 'none is asked for'];
  return token === 'HOLDFAST_TOKEN' ? ['token', 'from HOLDFAST_TOKEN of whoever started it'] : ['token in', token];
}
