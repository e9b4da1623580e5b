import { Counter, Gauge, Histogram, Registry } from 'prom-client';

type Labels<L extends string> = Partial<Record<L, string>>;

/** A metric with a series per server: what is known of each, and how to forget one. */
interface OfServers {
  get(): Promise<{ values: readonly { labels: Labels<string> }[] }>;
  remove(labels: Labels<string>): void;
}

export interface MetricFacts {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labelNames: readonly string[];
}

/** From what nobody waits for to what people give up on, in seconds. */
export const DURATIONS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** Makes the metrics of one registry of our own: the library's global one belongs to the program that we run in. */
export class Make {
  readonly registry = new Registry();
  readonly metrics: MetricFacts[] = [];
  readonly #ofServers: OfServers[] = [];

  gauge<const L extends string = never>(name: string, help: string, ...labelNames: L[]): Gauge<L> {
    const metric = new Gauge({ name, help, labelNames, registers: [this.registry] });
    return this.#kept(metric, { name, help, type: 'gauge', labelNames });
  }

  counter<const L extends string = never>(name: string, help: string, ...labelNames: L[]): Counter<L> {
    const metric = new Counter({ name, help, labelNames, registers: [this.registry] });
    return this.#kept(metric, { name, help, type: 'counter', labelNames });
  }

  histogram<const L extends string = never>(name: string, help: string, ...labelNames: L[]): Histogram<L> {
    const metric = new Histogram({ name, help, labelNames, buckets: DURATIONS, registers: [this.registry] });
    return this.#kept(metric, { name, help, type: 'histogram', labelNames });
  }

  /** Drops every series of a server that is none of these; what a server that is gone says last must not bring it back. */
  async keepOnly(servers: ReadonlySet<string>): Promise<void> {
    for (const metric of this.#ofServers) {
      for (const { labels } of (await metric.get()).values) {
        const { le: _, ...own } = labels;
        if (own.server !== undefined && !servers.has(own.server)) metric.remove(own);
      }
    }
  }

  #kept<M>(metric: M, facts: MetricFacts): M {
    this.metrics.push(facts);
    if (facts.labelNames.includes('server')) this.#ofServers.push(metric as OfServers);
    return metric;
  }
}
