import type { Manager } from '../manager.ts';
import type { History } from '../telemetry/history.ts';
import { takeSample } from './sample.ts';

/** Of one core, for charts that nobody may be looking at: with 20 servers on Linux a look at their processes takes tens of milliseconds. */
const SHARE_UNSEEN = 0.005;
/** And for somebody who waits for the answer. */
const SHARE_SEEN = 0.05;
/** Whatever it costs: a chart of an hour is to tell something. */
const SELDOMEST_MS = 30_000;
/** The cheapest of so many looks tells what one costs: what else the process did meanwhile is in the others. */
const COSTS = 3;

export interface SamplingOptions {
  readonly manager: Pick<Manager, 'status' | 'endpoint' | 'sample'>;
  readonly history: History;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly wall: () => number;
  /** Milliseconds of processor time that this process has had. */
  readonly cpu: () => number;
}

/** Looks what servers use, for whoever asks and for the history, and no more often than it is worth. */
export class Sampling {
  readonly #options: SamplingOptions;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #costs: readonly number[] = [];
  #due: number;

  constructor(options: SamplingOptions) {
    this.#options = options;
    this.#due = options.now() + options.history.everyMs;
  }

  /** Makes sure that the next `status` tells something new. */
  fresh(): Promise<void> {
    return this.#look(SHARE_SEEN);
  }

  /** To be called every `history.everyMs`. Where a look would cost too much the history goes on with what was seen last. */
  async tick(): Promise<void> {
    const { manager, history, now, wall } = this.#options;
    // How late we are called is how long the loop was busy.
    const lagMs = Math.max(0, now() - this.#due);
    this.#due = now() + history.everyMs;
    await this.#look(SHARE_UNSEEN);
    history.add(takeSample(manager, wall(), lagMs));
  }

  async #look(share: number): Promise<void> {
    const { manager, now, cpu } = this.#options;
    const waitMs = Math.min(SELDOMEST_MS, this.#costMs / share);
    if (now() - this.#lookedAt < waitMs && !this.#isAnyNew()) return;
    const before = cpu();
    this.#lookedAt = now();
    await manager.sample();
    this.#costs = [...this.#costs.slice(1 - COSTS), cpu() - before];
  }

  /** One look alone tells nothing: the first comes while all servers start. */
  get #costMs(): number {
    return this.#costs.length < 2 ? 0 : Math.min(...this.#costs);
  }

  /** Whether a process has come up since the last look. */
  #isAnyNew(): boolean {
    return this.#options.manager
      .status()
      .some(({ instances }) =>
        instances.some(({ pid, state, usage }) => pid !== null && state === 'ready' && usage === null),
      );
  }
}
