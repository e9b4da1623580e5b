import type { Clock, Timer } from './clock.ts';

const LOOK_EVERY_MS = 5_000;
/** Less than this is a busy event loop, not a sleep. */
const TOLERANCE_MS = 5_000;

interface Moment {
  readonly now: number;
  readonly wall: number;
}

/**
 * How long the machine slept, its clock jumped, or our event loop stood still between two looks that were meant to be `expectedMs`
 * apart; 0 when all is well. Some systems stop the monotonic clock during sleep and some do not, hence both clocks.
 */
export function pausedMs(before: Moment, after: Moment, expectedMs: number): number {
  const monotonic = after.now - before.now - expectedMs;
  const wall = Math.abs(after.wall - before.wall - expectedMs);
  const paused = Math.max(monotonic, wall);
  return paused > TOLERANCE_MS ? Math.round(paused) : 0;
}

export interface ClockWatch {
  /** The clock that is watched; before one of its timers runs, a sleep that it fell due in is told. */
  readonly clock: Clock;
  /** From now on it looks by itself, too; again and again is harmless. */
  start(): void;
  stop(): void;
}

/**
 * Calls back after each sleep or jump between `start` and `stop`.
 *
 * After a sleep all timers that fell due in it run, the earliest first. One that takes silence for a failure would run before our own
 * look at the clock; hence a look before each of them.
 */
export function watchClock(clock: Clock, onResumed: (pausedMs: number) => void): ClockWatch {
  let before: Moment = { now: clock.now(), wall: clock.wall() };
  let timer: Timer | null = null;

  const look = (isOwn: boolean) => {
    const after = { now: clock.now(), wall: clock.wall() };
    const paused = pausedMs(before, after, isOwn ? LOOK_EVERY_MS : Math.min(LOOK_EVERY_MS, after.now - before.now));
    if (isOwn || paused > 0) before = after;
    if (paused > 0 && timer !== null) arm();
    if (paused > 0) onResumed(paused);
  };
  const arm = () => {
    timer?.cancel();
    timer = clock.setTimer(LOOK_EVERY_MS, () => {
      arm();
      look(true);
    });
  };

  return {
    clock: {
      now: () => clock.now(),
      wall: () => clock.wall(),
      setTimer(ms, run) {
        let isWanted = true;
        const inner = clock.setTimer(ms, () => {
          if (timer !== null) look(false);
          // Whoever has heard of the sleep may have set another in its place.
          if (isWanted) run();
        });
        return {
          cancel: () => {
            isWanted = false;
            inner.cancel();
          },
        };
      },
    },
    start: () => {
      if (timer !== null) return;
      before = { now: clock.now(), wall: clock.wall() };
      arm();
    },
    stop: () => {
      timer?.cancel();
      timer = null;
    },
  };
}
