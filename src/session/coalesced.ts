import type { Clock, Timer } from '../process/clock.ts';

/**
 * Work that may be asked for faster than is good: at most one runs, and after it and a pause one more, which is the last asked for.
 * Without the pause a server that announces a change whenever it is asked would be asked without end.
 */
export class Coalesced {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  #isRunning = false;
  #restsUntil = -Infinity;
  #next: (() => Promise<void>) | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, pauseMs: number) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  /** Runs it now, or when its turn comes; what else waits for a turn is left out. It must not reject. */
  run(work: () => Promise<void>): void {
    this.#next = work;
    this.#review();
  }

  /** Forgets what waits, and gives back the timer. */
  clear(): void {
    this.#next = null;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #review(): void {
    const work = this.#next;
    if (work === null || this.#isRunning || this.#timer !== null) return;
    const restMs = this.#restsUntil - this.#clock.now();
    if (restMs > 0) {
      this.#timer = this.#clock.setTimer(restMs, () => {
        this.#timer = null;
        this.#review();
      });
      return;
    }
    this.#next = null;
    this.#isRunning = true;
    void work().then(() => {
      this.#isRunning = false;
      this.#restsUntil = this.#clock.now() + this.#pauseMs;
      this.#review();
    });
  }
}
