import { repeats } from './repeats.ts';
import type { Restart } from './wire.ts';

/** What kind of mark stands for a restart. */
export type Mark = 'asked' | 'start' | 'fault';

export interface Placed {
  /** 0: `from`; 1: `to`. */
  readonly at: number;
  readonly mark: Mark;
  /** The last one; those that would lie on it are counted. */
  readonly restart: Restart;
  readonly count: number;
}

/** Where the restarts of one server stand on a line; those closer than `apart` (of 1) to each other are one mark. */
export function placed(restarts: readonly Restart[], from: number, to: number, apart: number): Placed[] {
  const marks: Placed[] = [];
  for (const { restart, count } of withoutRepeats(restarts)) {
    if (restart.at < from || restart.at > to) continue;
    const at = (restart.at - from) / (to - from);
    const last = marks.at(-1);
    if (last !== undefined && at - last.at < apart && last.mark === markOf(restart)) {
      marks[marks.length - 1] = { ...last, restart, count: last.count + count };
    } else {
      marks.push({ at, mark: markOf(restart), restart, count });
    }
  }
  return marks;
}

/** Whether somebody, or an option, wanted it; or it did not come up; or it was up and crashed. */
export function markOf({ category, isStart }: Pick<Restart, 'category' | 'isStart'>): Mark {
  if (category === null) return 'asked';
  return isStart ? 'start' : 'fault';
}

/** Of starts that failed for one reason only the last: one that is tried every half minute would hide all else. */
function withoutRepeats(restarts: readonly Restart[]): { restart: Restart; count: number }[] {
  const starts = repeats(
    restarts.filter(one => markOf(one) === 'start'),
    causeOf,
  );
  const others = restarts.filter(one => markOf(one) !== 'start').map(restart => ({ restart, count: 1 }));
  return [...starts.map(({ last, count }) => ({ restart: last, count })), ...others].sort(
    (a, b) => a.restart.at - b.restart.at,
  );
}

export const causeOf = ({ server, code, message, isStart }: Restart): string =>
  JSON.stringify([server, code, message, isStart]);

/** Whole minutes at which a line has its marks, so that there are about `most` of them. */
export function ticks(from: number, to: number, most: number): number[] {
  const minute = 60_000;
  const step = [1, 2, 5, 10, 15, 30, 60].find(minutes => (to - from) / (minutes * minute) <= most) ?? 120;
  const ms = step * minute;
  const first = Math.ceil(from / ms) * ms;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / ms) + 1) }, (_, index) => first + index * ms);
}
