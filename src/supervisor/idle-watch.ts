import type { Clock, Timer } from '../process/clock.ts';

/** An instance that no client uses any more ends after this time, unless it is the first. */
export const IDLE_MS = 30_000;

/** Things that nobody uses, each with its timer. */
export class IdleWatch<T> {
  readonly #clock: Clock;
  readonly #onIdle: (thing: T) => void;
  readonly #timers = new Map<T, Timer>();

  constructor(clock: Clock, onIdle: (thing: T) => void) {
    this.#clock = clock;
    this.#onIdle = onIdle;
  }

  /** Nobody uses it, from now on or since it was last said. */
  watch(thing: T): void {
    if (this.#timers.has(thing)) return;
    const fire = () => {
      this.#timers.delete(thing);
      this.#onIdle(thing);
    };
    this.#timers.set(thing, this.#clock.setTimer(IDLE_MS, fire));
  }

  forget(thing: T): void {
    this.#timers.get(thing)?.cancel();
    this.#timers.delete(thing);
  }

  stop(): void {
    for (const thing of [...this.#timers.keys()]) this.forget(thing);
  }
}
