import type { Call } from './call.ts';

/** Calls that wait although their server is there: as many as it may have are under way, or it is to come to a moment without any. */
export class Turnstile {
  readonly #places: number;
  readonly #waiting = new Set<Call>();
  #isShut = false;

  /** `places`: how many calls may be under way; infinity for any number. */
  constructor(places: number) {
    this.#places = places;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** None goes through from now on. */
  shut(): void {
    this.#isShut = true;
  }

  open(): void {
    this.#isShut = false;
  }

  /** Whether one that has just come may go, with so many under way: not past those that came before it. */
  admits(underWay: number): boolean {
    return this.#waiting.size === 0 && this.#hasPlace(underWay);
  }

  wait(call: Call): void {
    this.#waiting.add(call);
  }

  /** The one that has waited longest, where it may go. */
  next(underWay: number): Call | null {
    if (!this.#hasPlace(underWay)) return null;
    const [call = null] = this.#waiting;
    if (call !== null) this.#waiting.delete(call);
    return call;
  }

  /** It waits no longer. Says whether it did. */
  leave(call: Call): boolean {
    return this.#waiting.delete(call);
  }

  #hasPlace(underWay: number): boolean {
    return !this.#isShut && underWay < this.#places;
  }
}
