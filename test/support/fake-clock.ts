import type { Clock } from '../../src/process/clock.ts';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 0;
  #wall: number;
  /** In the order they were set, which decides between timers that are due together. */
  readonly #timers = new Set<Timer>();

  /** `wall`: milliseconds since 1970 at the start; the monotonic time starts at 0. */
  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  setTimer(ms: number, run: () => void): { cancel(): void } {
    const timer: Timer = { due: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Milliseconds from now until each timer that is set, soonest first: a test can demand that there is exactly one, or none. */
  get pending(): number[] {
    return [...this.#timers].map(timer => timer.due - this.#now).sort((a, b) => a - b);
  }

  /**
   * Moves the time on and runs the timers that come due, each at its own time, also those that are set on the way.
   * Between them, and before and after, everything that waits for a settled promise gets its turn.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#fire(next);
      await settled();
    }
    this.#moveTo(end);
  }

  /** As `advance`, for code without promises. */
  advanceSync(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) this.#fire(next);
    this.#moveTo(end);
  }

  /** Sets the wall clock forward (or back, with a negative number) while the monotonic time stands still: a clock jump. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** Moves both times on without running a timer until the next `advance`: the machine was asleep. */
  suspend(ms: number): void {
    this.#moveTo(this.#now + ms);
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#moveTo(Math.max(this.#now, timer.due));
    timer.run();
  }

  #moveTo(now: number): void {
    this.#wall += now - this.#now;
    this.#now = now;
  }
}

/** One turn of the event loop lets every chain of settled promises run to its end. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
