import type { HoldfastEvent } from './events.ts';
import { CallMetrics } from './metrics-calls.ts';
import { LifeMetrics } from './metrics-lives.ts';
import { Make, type MetricFacts } from './metrics-make.ts';
import { type HostFigures, ManagerMetrics } from './metrics-manager.ts';
import { type ServerFigures, ServerMetrics } from './metrics-servers.ts';

/** What is read when somebody asks; what happens in between comes as events. */
export interface Snapshot extends HostFigures {
  readonly servers: readonly ServerFigures[];
}

export interface MetricsSource {
  readonly version: string;
  readonly look: () => Promise<Snapshot>;
}

/** All metrics of one manager. */
export class MetricsRegistry {
  readonly #look: () => Promise<Snapshot>;
  readonly #make = new Make();
  /** All that there are, in their order. */
  readonly metrics: readonly MetricFacts[] = this.#make.metrics;
  /** For who reads series, not text; as of the last `refresh`. */
  readonly prometheus = this.#make.registry;
  readonly #servers: ServerMetrics;
  readonly #lives: LifeMetrics;
  readonly #calls: CallMetrics;
  readonly #manager: ManagerMetrics;
  #looking: Promise<void> | null = null;

  constructor({ look, version }: MetricsSource) {
    this.#look = look;
    this.#servers = new ServerMetrics(this.#make);
    this.#lives = new LifeMetrics(this.#make);
    this.#calls = new CallMetrics(this.#make);
    this.#manager = new ManagerMetrics(this.#make, version);
  }

  heard(event: HoldfastEvent): void {
    this.#lives.heard(event);
    this.#calls.heard(event);
    this.#manager.heard(event);
  }

  /** In the text format of Prometheus. */
  async text(): Promise<{ readonly text: string; readonly contentType: string }> {
    await this.refresh();
    return { text: await this.prometheus.metrics(), contentType: this.prometheus.contentType };
  }

  close(): void {
    this.#manager.close();
  }

  /** Reads what is read; whoever asks at the same time shares one look. */
  refresh(): Promise<void> {
    this.#looking ??= this.#take().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #take(): Promise<void> {
    const { servers, ...host } = await this.#look();
    await this.#servers.seen(servers);
    for (const { name } of servers) {
      this.#lives.seen(name);
      this.#calls.seen(name);
    }
    this.#manager.seen(host);
  }
}
