import { type ConfigSource, CurrentConfig, readConfig } from './config/current.ts';
import type { ConfigDiff } from './config/diff.ts';
import { Redactor } from './config/redactor.ts';
import type { Config } from './config/types.ts';
import { callOut } from './errors/call-out.ts';
import { ConfigError, formatIssue } from './errors/config-error.ts';
import { redactDeep, WORDS } from './errors/redact-deep.ts';
import { Gateway } from './gateway/gateway.ts';
import type {
  CallToolResult,
  ConfigurationStatus,
  ContainmentStatus,
  Endpoint,
  ListenOptions,
  LogsStatus,
  Manager,
  ManagerOptions,
  NetworkStatus,
  ReloadReport,
  StopReport,
} from './manager-api.ts';
import { Verbs } from './manager-verbs.ts';
import { Network } from './network/network.ts';
import { containSelf } from './platform/contain-self.ts';
import type { ListKind } from './session/catalogue.ts';
import type { Client, RequestOptions } from './supervisor/client.ts';
import type { Listed } from './supervisor/lists.ts';
import { resolverFor } from './supervisor/resolver.ts';
import type { ServerStatus } from './supervisor/status.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { EventHub, type EventListener } from './telemetry/event-hub.ts';
import type { EventLog } from './telemetry/event-log.ts';
import type { HoldfastEvent } from './telemetry/events.ts';
import { loadOtel, type OpenOtel } from './telemetry/load-otel.ts';
import { Metrics } from './telemetry/metrics.ts';
import type { Snapshot } from './telemetry/metrics-registry.ts';
import { openEventLog } from './telemetry/open-log.ts';
import { packageVersion } from './version.ts';

export type {
  CallToolResult,
  ConfigurationStatus,
  ContainmentStatus,
  Endpoint,
  ListenOptions,
  LogsStatus,
  Manager,
  ManagerOptions,
  NetworkStatus,
  ReloadReport,
  StopReport,
};

/**
 * Reads and checks the configuration; nothing is started yet.
 *
 * @throws ConfigError with every mistake at once.
 */
export async function createManager(options: ManagerOptions): Promise<Manager> {
  const { env = process.env, cwd = process.cwd() } = options;
  const config = await readConfig(options.config, { env, cwd });
  const openOtel = config.telemetry.otel ? await loadOtel() : null;
  const manager = new HoldfastManager(config, options);
  if (openOtel !== null) await manager.bridge(openOtel);
  return manager;
}

export class HoldfastManager extends Verbs implements Manager {
  readonly #configuration: CurrentConfig;
  readonly #supervisor: Supervisor;
  readonly #network: Network;
  readonly #gateway: Gateway;
  readonly #metrics = new Metrics({ version: packageVersion(), look: () => this.#look() });
  readonly #secrets: Redactor;
  readonly #hub = new EventHub(
    () => Date.now(),
    text => this.#secrets.redact(text),
  );
  readonly #log: EventLog | null;
  #endLog = () => {};
  /** Things to tell as soon as somebody may listen. */
  #notices: readonly string[];
  #isClosed = false;
  readonly #notified = new Set<(server: string, method: string, params: unknown) => void>();

  /** For programs of ours that have one client. */
  readonly attach: Supervisor['attach'] = (...args) => this.#supervisor.attach(...args);

  constructor(config: Config, options: Omit<ManagerOptions, 'config'>, isForOneClient = false) {
    super();
    const { env = process.env, cwd = process.cwd() } = options;
    this.#configuration = new CurrentConfig(config, { env, cwd, wall: () => Date.now() });
    this.#secrets = new Redactor(config, options.secrets);
    this.#log = options.logDir === undefined ? null : openEventLog(options.logDir, config.logs, this.#hub.emit);
    if (this.#log !== null) this.#endLog = this.#hub.subscribe(this.#log.listener);
    const refusal = options.containHost === true ? containSelf() : null;
    this.#notices = refusal === null ? [] : [`should we be killed, what servers have started may stay: ${refusal}`];
    const stateDir = options.stateDir ?? null;
    this.#hub.subscribe(this.#metrics.heard);
    this.#network = new Network({ config, env, stateDir, emit: this.#hub.emit });
    this.#supervisor = new Supervisor({
      config,
      clientInfo: options.clientInfo ?? { name: 'holdfast', version: packageVersion() },
      isForOneClient,
      handlers: options.handlers ?? {},
      resolve: resolverFor(env, this.#network.finish),
      agentFor: this.#network.agentFor,
      takerOf: this.#network.takerOf,
      emit: event => {
        this.#hub.emit(event);
        if (event.type === 'health.checked') {
          void this.#network.checked(event, () => this.#supervisor.members(event.server));
        }
      },
      stateDir,
      onNotification: (server, method, params) => {
        for (const listener of [...this.#notified]) callOut(() => listener(server, method, params));
      },
    });
    const metrics = () => this.#metrics.text();
    const parts = { config, supervisor: this.#supervisor, hub: this.#hub, stateDir, metrics };
    this.#gateway = new Gateway({ ...parts, version: packageVersion() });
  }

  /** Hands what happens from now on to OpenTelemetry, too. */
  async bridge(open: OpenOtel): Promise<void> {
    this.#notices = [...this.#notices, ...(await this.#metrics.bridge(open))];
  }

  get config(): Config {
    return this.#configuration.config;
  }

  async reload(source?: ConfigSource): Promise<ReloadReport> {
    try {
      const { diff, taken } = await this.#configuration.read(source, read => ({ diff: read, taken: this.#take(read) }));
      await taken;
      const kept = this.#supervisor.pending
        .filter(({ isKept }) => isKept)
        .map(({ server, reason }) => ({ server, reason }));
      return { ...diff, kept };
    } catch (error) {
      if (error instanceof ConfigError) {
        const issues = error.issues.map(formatIssue);
        this.#hub.emit({ type: 'config.rejected', file: this.config.file, issues });
      }
      throw error;
    }
  }

  #take(diff: ConfigDiff): Promise<void> {
    const { config } = this;
    // It was read while everything came to its end.
    if (this.#isClosed) return Promise.resolve();
    this.#secrets.add(config);
    const taken = this.#supervisor.apply(config, diff);
    this.#gateway.update(config);
    this.#hub.emit({ type: 'config.loaded', file: config.file, ...diff });
    return taken;
  }

  configuration(): ConfigurationStatus {
    const { config, loadedAt, problems, needsRestart } = this.#configuration;
    const pending = this.#supervisor.pending.map(({ server, reason }) => ({ server, reason }));
    const { file, warnings } = config;
    return { file, loadedAt: new Date(loadedAt).toISOString(), problems, warnings, pending, needsRestart };
  }

  get servers(): readonly string[] {
    return this.#supervisor.names;
  }

  start(...servers: string[]): Promise<void> {
    const notices = this.#notices;
    this.#notices = [];
    // Whoever subscribes right after the start shall hear them, too.
    setImmediate(() => {
      for (const text of notices) this.#hub.emit({ type: 'manager.notice', text });
    });
    this.#network.start();
    return servers.length === 0 ? this.#supervisor.startAll() : this.#supervisor.start(servers);
  }

  async stop(...servers: string[]): Promise<StopReport> {
    return { survivors: await this.#supervisor.stop(servers.length === 0 ? this.servers : servers) };
  }

  restart(server: string): Promise<void> {
    return this.#supervisor.restart(server);
  }

  async listen(options?: ListenOptions): Promise<Endpoint> {
    this.#metrics.prepare();
    const endpoint = await this.#gateway.listen(options);
    if (endpoint.token !== null) this.#secrets.hide([endpoint.token]);
    return endpoint;
  }

  get endpoint(): Endpoint | null {
    return this.#gateway.endpoint;
  }

  async close(): Promise<StopReport> {
    this.#isClosed = true;
    // Side by side: what servers still say of open calls is the last that clients hear.
    const [survivors] = await Promise.all([this.#supervisor.close(), this.#gateway.endpoint?.close()]);
    this.#network.close();
    await this.#metrics.close();
    this.#hub.emit({ type: 'manager.stopped', survivors });
    // Whatever comes later, and a second call, has nothing to say.
    this.#endLog();
    await this.#log?.close();
    return { survivors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  sample(): Promise<void> {
    return this.#supervisor.sample();
  }

  async metrics(): Promise<string> {
    return (await this.#metrics.text()).text;
  }

  containment(): ContainmentStatus {
    return this.#supervisor.keeping;
  }

  network(): NetworkStatus {
    return this.#network.status();
  }

  logs(): LogsStatus | null {
    return this.#log?.status ?? null;
  }

  status(): ServerStatus[] {
    return redactDeep(this.#supervisor.status(), this.#secrets.redact, WORDS);
  }

  onEvent(listener: EventListener): () => void {
    return this.#hub.subscribe(listener);
  }

  on<T extends HoldfastEvent['type']>(
    type: T,
    listener: (event: Extract<HoldfastEvent, { type: T }>) => void,
  ): () => void {
    return this.#hub.subscribe(event => {
      if (event.type === type) listener(event as Extract<HoldfastEvent, { type: T }>);
    });
  }

  onNotification(listener: (server: string, method: string, params: unknown) => void): () => void {
    this.#notified.add(listener);
    return () => this.#notified.delete(listener);
  }

  protected override clientOf(server: string): Client {
    return this.#supervisor.client(server);
  }

  protected override list(kind: ListKind, server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.#supervisor.list(kind, server, options);
  }

  async #look(): Promise<Snapshot> {
    await this.sample();
    const sessions = this.endpoint?.clients() ?? 0;
    const problems = this.#configuration.problems.length;
    return { servers: this.status(), sessions, problems, ports: this.network().ports };
  }
}
