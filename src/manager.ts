import { homedir } from 'node:os';
import { configFromObject, loadConfig } from './config/load.ts';
import { secretsOf } from './config/secrets.ts';
import type { Config } from './config/types.ts';
import { callOut } from './errors/call-out.ts';
import { Redactor } from './errors/redact.ts';
import { Gateway } from './gateway/gateway.ts';
import type {
  CallToolResult,
  ContainmentStatus,
  Endpoint,
  ListenOptions,
  LogsStatus,
  Manager,
  ManagerOptions,
  NetworkStatus,
  StopReport,
} from './manager-api.ts';
import { Network } from './network/network.ts';
import { containSelf } from './platform/contain-self.ts';
import type { RequestOptions } from './supervisor/client.ts';
import type { Listed } from './supervisor/lists.ts';
import { resolverFor } from './supervisor/resolver.ts';
import type { ServerStatus } from './supervisor/status.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { EventHub, type EventListener } from './telemetry/event-hub.ts';
import type { EventLog } from './telemetry/event-log.ts';
import type { HoldfastEvent } from './telemetry/events.ts';
import { openEventLog } from './telemetry/open-log.ts';
import { redactWords } from './telemetry/redact-words.ts';
import { packageVersion } from './version.ts';

export type {
  CallToolResult,
  ContainmentStatus,
  Endpoint,
  ListenOptions,
  LogsStatus,
  Manager,
  ManagerOptions,
  NetworkStatus,
  StopReport,
};

/**
 * Reads and checks the configuration; nothing is started yet.
 *
 * @throws ConfigError with every mistake at once.
 */
export async function createManager(options: ManagerOptions): Promise<Manager> {
  const env = options.env ?? process.env;
  const config =
    typeof options.config === 'string'
      ? await loadConfig(options.config, env)
      : configFromObject(options.config, { env, cwd: options.cwd ?? process.cwd(), home: homedir() });
  return new HoldfastManager(config, options);
}

export class HoldfastManager implements Manager {
  readonly config: Config;
  readonly #supervisor: Supervisor;
  readonly #network: Network;
  readonly #gateway: Gateway;
  readonly #secrets = new Redactor();
  readonly #hub = new EventHub(() => Date.now(), this.#secrets.redact);
  readonly #log: EventLog | null;
  #endLog = () => {};
  /** Things to tell as soon as somebody may listen. */
  #notices: readonly string[];
  readonly #notified = new Set<(server: string, method: string, params: unknown) => void>();

  /** For programs of ours that have one client. */
  readonly attach: Supervisor['attach'] = (...args) => this.#supervisor.attach(...args);

  constructor(config: Config, options: Omit<ManagerOptions, 'config'>, isForOneClient = false) {
    this.config = config;
    this.#secrets.hide([...config.servers.flatMap(secretsOf), ...(options.secrets ?? [])]);
    this.#log = options.logDir === undefined ? null : openEventLog(options.logDir, config.logs, this.#hub.emit);
    if (this.#log !== null) this.#endLog = this.#hub.subscribe(this.#log.listener);
    const refusal = options.containHost === true ? containSelf() : null;
    this.#notices = refusal === null ? [] : [`should we be killed, what servers have started may stay: ${refusal}`];
    const env = options.env ?? process.env;
    const stateDir = options.stateDir ?? null;
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
    const parts = { config, supervisor: this.#supervisor, hub: this.#hub, stateDir };
    this.#gateway = new Gateway({ ...parts, version: packageVersion() });
  }

  get servers(): readonly string[] {
    return this.#supervisor.names;
  }

  start(...servers: string[]): Promise<void> {
    for (const text of this.#notices) this.#hub.emit({ type: 'manager.notice', text });
    this.#notices = [];
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
    const endpoint = await this.#gateway.listen(options);
    if (endpoint.token !== null) this.#secrets.hide([endpoint.token]);
    return endpoint;
  }

  get endpoint(): Endpoint | null {
    return this.#gateway.endpoint;
  }

  async close(): Promise<StopReport> {
    // Side by side: what servers still say of open calls is the last that clients hear.
    const [survivors] = await Promise.all([this.#supervisor.close(), this.#gateway.endpoint?.close()]);
    this.#network.close();
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
    return redactWords(this.#supervisor.status(), this.#secrets.redact);
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

  listTools(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.#supervisor.list('tools', server, options);
  }

  listResources(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.#supervisor.list('resources', server, options);
  }

  listResourceTemplates(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.#supervisor.list('resourceTemplates', server, options);
  }

  listPrompts(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.#supervisor.list('prompts', server, options);
  }

  async callTool(server: string, tool: string, args: object = {}, options?: RequestOptions): Promise<CallToolResult> {
    return (await this.#supervisor.client(server).callTool(tool, args, options)) as CallToolResult;
  }

  readResource(server: string, uri: string, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'resources/read', { uri }, options);
  }

  getPrompt(server: string, name: string, args: object = {}, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'prompts/get', { name, arguments: args }, options);
  }

  complete(server: string, params: object, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'completion/complete', params, options);
  }

  async setLogLevel(server: string, level: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'logging/setLevel', { level }, options);
  }

  async subscribe(server: string, uri: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'resources/subscribe', { uri }, options);
  }

  async unsubscribe(server: string, uri: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'resources/unsubscribe', { uri }, options);
  }

  rootsChanged(): void {
    for (const server of this.servers) this.#supervisor.client(server).notify('notifications/roots/list_changed');
  }

  async request(server: string, method: string, params: object = {}, options?: RequestOptions): Promise<unknown> {
    return this.#supervisor.client(server).request(method, params, options);
  }

  async requestRaw(server: string, text: string, options?: RequestOptions): Promise<string> {
    return this.#supervisor.client(server).requestRaw(text, options);
  }
}
