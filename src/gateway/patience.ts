import type { Clock } from '../session/deadlines.ts';

/** How long a list waits, on a first run, for servers that were never heard. */
export const FIRST_LIST_MS = 8_000;

/** The time that each thing gets once, counted from the first client that waits for it: the next ones wait for what is left. */
export class Patience {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with `work`, or when the time of all these, `ms` for each, is over. `work` does not reject. */
  wait(causes: readonly string[], work: Promise<void>, ms = FIRST_LIST_MS): Promise<void> {
    const leftMs = Math.max(...causes.map(cause => this.#left(cause, ms)));
    if (leftMs <= 0) return Promise.resolve();
    return new Promise(resolve => {
      const timer = this.#clock.setTimer(leftMs, resolve);
      void work.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #left(cause: string, ms: number): number {
    const now = this.#clock.now();
    const since = this.#since.get(cause) ?? now;
    this.#since.set(cause, since);
    return since + ms - now;
  }
}
