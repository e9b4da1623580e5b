/** A start that says much, or a long stack trace, is kept whole. */
const BURST_LINES = 2_000;
const BURST_BYTES = 512 * 1024;
/** And then so much in a second: a server that never stops talking keeps about the last hour in its files. */
const LINES_PER_SECOND = 50;
const BYTES_PER_SECOND = 16 * 1024;

/** How much of a server's output goes into its log; what is left out is counted. */
export class OutputLimit {
  readonly #now: () => number;
  #lines = BURST_LINES;
  #bytes = BURST_BYTES;
  #at: number;
  #isCut = false;
  #omitted = 0;

  /** `now` in monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Whether this line goes in. */
  takes(line: string): boolean {
    this.#refill();
    // What comes back is a second's worth: single lines with gaps between would tell nothing.
    if (this.#isCut && this.#lines >= LINES_PER_SECOND && this.#bytes >= BYTES_PER_SECOND) this.#isCut = false;
    this.#isCut ||= this.#lines < 1 || this.#bytes < line.length;
    if (this.#isCut) {
      this.#omitted++;
      return false;
    }
    this.#lines--;
    this.#bytes -= line.length;
    return true;
  }

  /** How many were left out since it was asked last. */
  omitted(): number {
    const omitted = this.#omitted;
    this.#omitted = 0;
    return omitted;
  }

  #refill(): void {
    const now = this.#now();
    const seconds = (now - this.#at) / 1_000;
    this.#at = now;
    this.#lines = Math.min(BURST_LINES, this.#lines + seconds * LINES_PER_SECOND);
    this.#bytes = Math.min(BURST_BYTES, this.#bytes + seconds * BYTES_PER_SECOND);
  }
}
