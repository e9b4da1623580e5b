import type { Health, ServerState } from './events.ts';
import type { Make } from './metrics-make.ts';

/** What is read of one instance of a server; a part of its status. */
export interface InstanceFigures {
  readonly instance: number;
  readonly state: ServerState;
  readonly restarts: { readonly byCause: Readonly<Record<string, number>> };
  readonly errorRate: number;
  readonly usage: {
    readonly rssBytes: number;
    readonly cpuPercent: number;
    readonly processes: number;
    readonly handles: number | null;
  } | null;
  readonly inFlight: number;
  readonly held: number;
  readonly survivors: readonly number[];
}

/** A server: the figures of its first instance, and all of them under `instances`. */
export interface ServerFigures extends InstanceFigures {
  readonly name: string;
  readonly health: Health;
  readonly tools: number;
  readonly missingTools: readonly string[];
  readonly uptimeMs: number | null;
  readonly instances: readonly InstanceFigures[];
}

const STATES: readonly ServerState[] = ['stopped', 'starting', 'ready', 'stopping', 'backoff', 'failed'];
const HEALTHS: readonly Health[] = ['healthy', 'degraded', 'suspect', 'unhealthy', 'unknown'];

const sum = (server: ServerFigures, of: (instance: InstanceFigures) => number) =>
  server.instances.reduce((total, instance) => total + of(instance), 0);

/** Over the instances that tell; null where none does. */
const used = (server: ServerFigures, of: (usage: NonNullable<InstanceFigures['usage']>) => number | null) => {
  const told = server.instances.flatMap(({ usage }) => (usage === null ? [] : (of(usage) ?? [])));
  return told.length === 0 ? null : told.reduce((total, value) => total + value, 0);
};

/** One figure a server; null leaves its series out. */
const FIGURES: readonly (readonly [name: string, help: string, read: (server: ServerFigures) => number | null])[] = [
  ['server_up', '1 while it is ready, else 0', ({ state }) => Number(state === 'ready')],
  ['server_uptime_seconds', 'Time since it became ready', ({ uptimeMs }) => uptimeMs && uptimeMs / 1_000],
  [
    'server_instances',
    'Instances of it that are not stopped',
    server => sum(server, ({ state }) => Number(state !== 'stopped')),
  ],
  ['server_tools', 'Tools that it offers', ({ tools }) => tools],
  ['server_missing_tools', 'Tools that it has lost', ({ missingTools }) => missingTools.length],
  [
    'server_error_ratio',
    'Share of its calls and checks that failed in the last five minutes, 0 to 1; of its worst instance',
    ({ instances }) => Math.max(...instances.map(({ errorRate }) => errorRate)),
  ],
  ['server_rss_bytes', 'Resident memory of all its processes', server => used(server, ({ rssBytes }) => rssBytes)],
  [
    'server_cpu_ratio',
    'Processor time of all its processes, since it was looked at before; 1 is one core',
    server => used(server, ({ cpuPercent }) => cpuPercent / 100),
  ],
  ['server_processes', 'Its processes', server => used(server, ({ processes }) => processes)],
  [
    'server_handles',
    'Open files of its processes, on Windows handles',
    server => used(server, ({ handles }) => handles),
  ],
  ['server_survivors', 'Its processes that could not be ended', server => sum(server, s => s.survivors.length)],
  ['server_calls_in_flight', 'Calls that it has and has not answered', server => sum(server, s => s.inFlight)],
  ['server_calls_held', 'Calls that wait for it, which is the depth of its queue', server => sum(server, s => s.held)],
];

/** What a snapshot tells of each server. The series are made anew each time, so that none outlives what it tells of. */
export class ServerMetrics {
  readonly #make: Make;
  readonly #state;
  readonly #health;
  readonly #figures;
  readonly #restarts;
  #counted = new Map<string, number>();

  constructor(make: Make) {
    this.#make = make;
    this.#figures = FIGURES.map(([name, help, read]) => ({
      gauge: make.gauge(`holdfast_${name}`, help, 'server'),
      read,
    }));
    this.#state = make.gauge('holdfast_server_state', '1 for the state it is in, 0 for all others', 'server', 'state');
    this.#health = make.gauge('holdfast_server_health', '1 for its health, 0 for all else', 'server', 'health');
    this.#restarts = make.counter(
      'holdfast_server_restarts_total',
      'Starts after the first, by the error that made them necessary; REQUESTED by a person, MAX_AGE by the option',
      'server',
      'cause',
    );
  }

  async seen(servers: readonly ServerFigures[]): Promise<void> {
    await this.#make.keepOnly(new Set(servers.map(({ name }) => name)));
    this.#state.reset();
    this.#health.reset();
    for (const { gauge } of this.#figures) gauge.reset();
    for (const server of servers) {
      const { name, state, health } = server;
      for (const known of STATES) this.#state.set({ server: name, state: known }, Number(known === state));
      for (const known of HEALTHS) this.#health.set({ server: name, health: known }, Number(known === health));
      for (const { gauge, read } of this.#figures) {
        const value = read(server);
        if (value !== null) gauge.set({ server: name }, value);
      }
    }
    this.#countRestarts(servers);
  }

  /** Instances come and go with their counts; what has been counted stays. */
  #countRestarts(servers: readonly ServerFigures[]): void {
    const counted = new Map<string, number>();
    for (const { name: server, instances } of servers) {
      for (const { instance, restarts } of instances) {
        for (const [cause, count] of Object.entries(restarts.byCause)) {
          const key = JSON.stringify([server, instance, cause]);
          const before = this.#counted.get(key) ?? 0;
          counted.set(key, count);
          // A count that fell is that of a successor, which began anew.
          this.#restarts.inc({ server, cause }, count < before ? count : count - before);
        }
      }
    }
    this.#counted = counted;
  }
}
