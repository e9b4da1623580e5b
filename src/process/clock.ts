import { performance } from 'node:perf_hooks';

export interface Timer {
  cancel(): void;
}

/** Time as an argument, so that tests can move it. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** Runs once after `ms`. Until then it keeps the process alive: whoever sets a timer cancels it. */
  setTimer(ms: number, run: () => void): Timer;
}

/** The longest delay that `setTimeout` takes; longer ones would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), MAX_TIMEOUT_MS));
    return { cancel: () => clearTimeout(timer) };
  },
};
