import type { Clock } from './clock.ts';

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

/** Calls back after each sleep or jump, until `stop`. */
export function watchClock(clock: Clock, onResumed: (pausedMs: number) => void): { stop(): void } {
  let before: Moment = { now: clock.now(), wall: clock.wall() };
  const look = () => {
    const after = { now: clock.now(), wall: clock.wall() };
    const paused = pausedMs(before, after, LOOK_EVERY_MS);
    before = after;
    timer = clock.setTimer(LOOK_EVERY_MS, look);
    if (paused > 0) onResumed(paused);
  };
  let timer = clock.setTimer(LOOK_EVERY_MS, look);
  return { stop: () => timer.cancel() };
}
