/** A busy server writes a dozen debug lines for each request. */
const BURST = 200;
const PER_SECOND = 50;

/** Lets so many lines through at once and so many in a second, and counts the others. */
export class LineLimit {
  readonly #now: () => number;
  #left = BURST;
  #at: number;
  #omitted = 0;

  /** `now` in monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** How many were left out since the last line that went through; null where this one is left out, too. */
  take(): number | null {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) * PER_SECOND) / 1_000);
    this.#at = now;
    if (this.#left < 1) {
      this.#omitted++;
      return null;
    }
    this.#left--;
    const omitted = this.#omitted;
    this.#omitted = 0;
    return omitted;
  }
}
