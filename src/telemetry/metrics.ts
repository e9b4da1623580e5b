import type { HoldfastEvent } from './events.ts';
import type { MetricsRegistry, MetricsSource } from './metrics-registry.ts';

/** So many events are kept for a registry that nobody has asked for yet; with one more, it is loaded. */
const MAX_WAITING = 1_000;

/** The metrics of one manager. The library that counts is loaded when it is needed, so that a start does not wait for it. */
export class Metrics {
  readonly #source: MetricsSource;
  #waiting: HoldfastEvent[] = [];
  #registry: MetricsRegistry | null = null;
  #loading: Promise<MetricsRegistry> | null = null;
  #isClosed = false;

  constructor(source: MetricsSource) {
    this.#source = source;
  }

  readonly heard = (event: HoldfastEvent): void => {
    if (this.#registry !== null) return this.#registry.heard(event);
    if (this.#isClosed) return;
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_WAITING) this.prepare();
  };

  /** They will be asked for. A failure is told to whoever asks. */
  prepare(): void {
    this.registry().catch(() => this.close());
  }

  /** As a scrape gets it. */
  async text(): Promise<{ readonly text: string; readonly contentType: string }> {
    return (await this.registry()).text();
  }

  /** Gives back what watches the event loop. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#registry?.close();
  }

  registry(): Promise<MetricsRegistry> {
    this.#loading ??= import('./metrics-registry.ts').then(({ MetricsRegistry }) => {
      const registry = new MetricsRegistry(this.#source);
      for (const event of this.#waiting) registry.heard(event);
      this.#waiting = [];
      this.#registry = registry;
      return registry;
    });
    return this.#loading;
  }
}
