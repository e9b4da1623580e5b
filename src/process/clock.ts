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
  /**
   * Runs once, `ms` from now or later, never sooner: whoever is called may rely on `now`. Until then it keeps the process alive:
   * whoever sets a timer cancels it.
   */
  setTimer(ms: number, run: () => void): Timer;
}

/** The longest delay that `setTimeout` takes; longer ones would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimer(ms, run) {
    const due = performance.now() + ms;
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      timer = setTimeout(fire, Math.min(Math.max(0, Math.ceil(left)), MAX_TIMEOUT_MS));
    };
    // Node counts whole milliseconds from the beginning of a turn, so its timers may come a little early by the finer clock.
    const fire = () => {
      const left = due - performance.now();
      if (left > 0) wait(left);
      else run();
    };
    wait(ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
