import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was, in milliseconds; all 0 where it was never late. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A look so often is 50 wake-ups a second; a shorter pause than this is nobody's wait. */
const RESOLUTION_MS = 20;
const NANOS = 1_000_000;

/** How late this process's event loop is. What blocks it delays every call, and no server is to blame. */
export class EventLoopLag {
  readonly #watch: (options: { resolution: number }) => IntervalHistogram;
  #delay: IntervalHistogram | null = null;
  #isStopped = false;

  constructor(watch: (options: { resolution: number }) => IntervalHistogram = monitorEventLoopDelay) {
    this.#watch = watch;
  }

  /** Since the read before; null the first time, which begins the watch: nobody pays for what nobody asks. And null once stopped. */
  read(): Lag | null {
    if (this.#isStopped) return null;
    if (this.#delay === null) {
      this.#delay = this.#watch({ resolution: RESOLUTION_MS });
      this.#delay.enable();
      return null;
    }
    // What is recorded is the time from one look to the next: where nothing is late, it is the resolution itself.
    const late = (nanos: number) => Math.max(0, nanos / NANOS - RESOLUTION_MS);
    const { count, max } = this.#delay;
    const lag =
      count === 0
        ? { p50: 0, p99: 0, max: 0 }
        : { p50: late(this.#delay.percentile(50)), p99: late(this.#delay.percentile(99)), max: late(max) };
    // It then looks twice before it records again: what blocks the loop in the 20 ms from here is not seen.
    this.#delay.reset();
    return lag;
  }

  stop(): void {
    this.#isStopped = true;
    this.#delay?.disable();
  }
}
