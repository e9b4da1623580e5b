import type { ProcessGroup } from '../platform/process-group.ts';
import type { Clock } from './clock.ts';

export type { GroupLimits, LimitName } from '../platform/process-group.ts';

/** What one server's processes use, all of them together. */
export interface UsageSample {
  readonly rssBytes: number;
  /** The most that is known of: of all of them at a sample, or of one of them at any time. */
  readonly peakRssBytes: number;
  /** Since the sample before, or since the start for the first; 100 is one core. */
  readonly cpuPercent: number;
  /** Processor time of all of them since the start, as far as samples have seen it. */
  readonly cpuMs: number;
  readonly processes: number;
  /** Open file descriptors, on Windows handles; null where the system does not tell. */
  readonly handles: number | null;
}

/** Processor time is told in steps of 10 ms: over a shorter time the share would be chance. */
const MIN_INTERVAL_MS = 200;

/** Watches what one life uses. To be made when it starts: the first share of processor time counts from there. */
export class UsageSampler {
  readonly #group: Pick<ProcessGroup, 'usage'>;
  readonly #clock: Clock;
  #at: number;
  #cpuMs = 0;
  #totalCpuMs = 0;
  #latest: UsageSample | null = null;
  #running: Promise<UsageSample | null> | null = null;

  constructor(group: Pick<ProcessGroup, 'usage'>, clock: Clock) {
    this.#group = group;
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** The last sample; null before the first, and where the system does not tell. */
  get latest(): UsageSample | null {
    return this.#latest;
  }

  /** Takes a sample. Callers at the same time share one. */
  sample(): Promise<UsageSample | null> {
    this.#running ??= this.#take().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #take(): Promise<UsageSample | null> {
    const usage = await this.#group.usage();
    const now = this.#clock.now();
    if (usage === null) {
      this.#latest = null;
      return null;
    }
    const { rssBytes, cpuMs, processes, handles } = usage;
    const peakRssBytes = Math.max(rssBytes, usage.peakRssBytes ?? 0, this.#latest?.peakRssBytes ?? 0);
    const tookMs = now - this.#at;
    let cpuPercent = this.#latest?.cpuPercent ?? 0;
    if (tookMs >= MIN_INTERVAL_MS) {
      // A process that ended took its time out of the sum with it.
      const usedMs = Math.max(0, cpuMs - this.#cpuMs);
      cpuPercent = Math.round((usedMs / tookMs) * 1_000) / 10;
      this.#totalCpuMs += usedMs;
      this.#at = now;
      this.#cpuMs = cpuMs;
    }
    this.#latest = { rssBytes, peakRssBytes, cpuPercent, cpuMs: this.#totalCpuMs, processes, handles };
    return this.#latest;
  }
}
