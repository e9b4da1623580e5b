import type { HoldfastEvent } from './events.ts';
import type { OpenOtel, OtelBridge } from './load-otel.ts';
import type { MetricsRegistry, MetricsSource } from './metrics-registry.ts';

/** So many events are kept for a registry that nobody has asked for yet; with one more, it is loaded. */
const MAX_WAITING = 1_000;

/** The metrics of one manager. The library that counts is loaded when it is needed, so that a start does not wait for it. */
export class Metrics {
  readonly #source: MetricsSource;
  #waiting: HoldfastEvent[] = [];
  #registry: MetricsRegistry | null = null;
  #loading: Promise<MetricsRegistry> | null = null;
  #otel: OtelBridge | null = null;
  #isClosed = false;

  constructor(source: MetricsSource) {
    this.#source = source;
  }

  readonly heard = (event: HoldfastEvent): void => {
    this.#otel?.heard(event);
    if (this.#registry !== null) return this.#registry.heard(event);
    if (this.#isClosed) return;
    // What a server prints is counted, and not kept.
    if (event.type !== 'network.operation')
      this.#waiting.push(event.type === 'server.output' ? { ...event, line: '' } : event);
    if (this.#waiting.length > MAX_WAITING) this.prepare();
  };

  /** They will be asked for. A failure is told to whoever asks. */
  prepare(): void {
    this.#load().catch(() => this.close());
  }

  /** As a scrape gets it. */
  async text(): Promise<{ readonly text: string; readonly contentType: string }> {
    return (await this.#load()).text();
  }

  /** Hands what happens from now on to OpenTelemetry, too. Resolves with what people must know about it. */
  async bridge(open: OpenOtel): Promise<readonly string[]> {
    this.#otel = open({ version: this.#source.version, registry: await this.#load() });
    const { deafness } = this.#otel;
    return deafness === null ? [] : [deafness];
  }

  /** Hands over the last of it, and gives back what watches the event loop. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting = [];
    await this.#otel?.close();
    this.#registry?.close();
  }

  #load(): Promise<MetricsRegistry> {
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
