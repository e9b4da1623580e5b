import type { Clock, Timer } from '../process/clock.ts';
import type { GroupLimits, LimitName, UsageSampler } from '../process/usage.ts';
import { type Excess, type LimitModel, nothingUsed, weigh } from './limits.ts';

export interface LimitWatchSetup {
  readonly limits: GroupLimits;
  /** What the system itself keeps the server within: to be near that is told, and nothing is done about it. */
  readonly holds: readonly LimitName[];
  readonly usage: Pick<UsageSampler, 'sample'>;
  readonly clock: Clock;
  /** A limit that nobody else holds is exceeded. Once; nothing is looked at afterwards. */
  readonly onOver: (excess: Excess) => void;
  /** The limits that it is near to have changed. */
  readonly onNear: (near: readonly Excess[]) => void;
  readonly onNotice: (text: string) => void;
}

/** What eats memory does not wait for the next health check. */
export const LOOK_MS = 2_000;

/** Looks every two seconds what one life of a server uses, where its configuration sets limits. */
export class LimitWatch {
  readonly #setup: LimitWatchSetup;
  #model: LimitModel = nothingUsed;
  #timer: Timer | null = null;
  #isOver = false;
  #hasComplained = false;

  constructor(setup: LimitWatchSetup) {
    this.#setup = setup;
    const { memoryMb, processes, cpuPercent } = setup.limits;
    if (memoryMb !== undefined || processes !== undefined || cpuPercent !== undefined) this.#arm();
  }

  stop(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    if (this.#model.near.length > 0) this.#setup.onNear([]);
    this.#model = nothingUsed;
  }

  #arm(): void {
    const { clock } = this.#setup;
    // All at the same moments: those that look together share one reading of the process table, which is what a look costs.
    this.#timer = clock.setTimer(LOOK_MS - (clock.now() % LOOK_MS), () => void this.#look());
  }

  async #look(): Promise<void> {
    const { usage, limits, holds, clock, onOver, onNear } = this.#setup;
    try {
      const sample = await usage.sample();
      if (this.#isOver) return;
      if (sample === null) this.#complain('the system does not tell what it uses');
      else {
        const watched = weigh(this.#model, sample, limits, clock.now(), holds);
        const before = this.#model;
        this.#model = watched.model;
        if (watched.model.near.map(({ name }) => name).join() !== before.near.map(({ name }) => name).join()) {
          onNear(watched.model.near);
        }
        if (watched.over !== null) {
          this.#isOver = true;
          return onOver(watched.over);
        }
      }
    } catch (error) {
      // Out of file descriptors, say; it may be better in two seconds.
      this.#complain(String(error));
    }
    if (!this.#isOver) this.#arm();
  }

  #complain(why: string): void {
    if (this.#hasComplained || this.#isOver) return;
    this.#hasComplained = true;
    this.#setup.onNotice(`its limits cannot be watched: ${why}`);
  }
}
