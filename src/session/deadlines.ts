import type { Clock, Timer } from '../process/clock.ts';

/** For layers above, which know no processes. */
export type { Clock };

/** Calls whose time runs out, with one timer for all of them: most calls end long before, and cost none but where they come alone. */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #onDue: (item: T) => void;
  readonly #due = new Map<T, number>();
  #armedFor = Infinity;
  #timer: Timer | null = null;

  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Sets or moves the time (monotonic ms) of an item; infinity for never. */
  set(item: T, due: number): void {
    this.#due.set(item, due);
    if (due < this.#armedFor) this.#arm(due);
  }

  delete(item: T): void {
    this.#due.delete(item);
    // The timer stays as it is: it is checked when it fires. Only an empty table lets go of the event loop.
    if (this.#due.size === 0) this.#arm(Infinity);
  }

  #arm(due: number): void {
    this.#timer?.cancel();
    this.#armedFor = due;
    this.#timer = due === Infinity ? null : this.#clock.setTimer(due - this.#clock.now(), () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.now();
    this.#armedFor = Infinity;
    for (const item of [...this.#due.keys()]) {
      // Asked afresh: the end of one item may delete or move another.
      const due = this.#due.get(item);
      if (due === undefined || due > now) continue;
      this.#due.delete(item);
      this.#onDue(item);
    }
    let next = Infinity;
    for (const due of this.#due.values()) next = Math.min(next, due);
    this.#arm(next);
  }
}
