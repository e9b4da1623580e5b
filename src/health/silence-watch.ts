import type { Clock, Timer } from '../process/clock.ts';

export interface SilenceWatchOptions {
  /** A call that has waited this long without a byte from the server; 0 = off. */
  readonly waitedMs: number;
  /** When the longest waiting call was sent, and when the server was last heard (monotonic ms); null where no call waits. */
  readonly silentSince: () => number | null;
  readonly onSilence: () => void;
}

/** Notices that a call waits in vain, with one timer for all calls. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #options: SilenceWatchOptions;
  #timer: Timer | null = null;

  constructor(clock: Clock, options: SilenceWatchOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Calls are waiting; does nothing while it watches already. */
  start(): void {
    if (this.#timer === null) this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    const { waitedMs } = this.#options;
    const since = this.#options.silentSince();
    if (since === null || waitedMs === 0) return;
    this.#timer = this.#clock.setTimer(since + waitedMs - this.#clock.now(), () => this.#look());
  }

  #look(): void {
    this.#timer = null;
    const { waitedMs, silentSince, onSilence } = this.#options;
    const since = silentSince();
    if (since === null) return;
    if (this.#clock.now() - since < waitedMs) return this.#arm();
    // Whatever comes of it, the call may go on waiting, and the server may fall silent again.
    this.#timer = this.#clock.setTimer(waitedMs, () => this.#look());
    onSilence();
  }
}
