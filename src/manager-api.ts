// What a manager promises to whoever embeds it, and to the layers above.

import type { ConfigDiff } from './config/diff.ts';
import type { Config } from './config/types.ts';
import type { ConfigIssue } from './errors/config-error.ts';
import type { Endpoint, ListenOptions } from './gateway/gateway.ts';
import type { NetworkStatus } from './network/network.ts';
import type { Handlers } from './session/host-handlers.ts';
import type { RequestOptions } from './supervisor/client.ts';
import type { Listed } from './supervisor/lists.ts';
import type { ServerStatus } from './supervisor/status.ts';
import type { ContainmentStatus } from './supervisor/supervisor.ts';
import type { EventListener } from './telemetry/event-hub.ts';
import type { HoldfastEvent } from './telemetry/events.ts';
import type { LogsStatus } from './telemetry/log-files.ts';

export type { ContainmentStatus, Endpoint, ListenOptions, LogsStatus, NetworkStatus };

export interface ManagerOptions {
  /** Path of a configuration file, or what would stand in one: `{ mcpServers: { … }, holdfast: { … } }`. */
  readonly config: string | object;
  /** Variables for `${VAR}` and for the allow-list of the servers' environment; `process.env` where it is absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder for relative paths of a configuration given as an object; the working directory where it is absent. */
  readonly cwd?: string;
  /** Keeps the catalogues here from one run to the next; in memory only where it is absent. */
  readonly stateDir?: string;
  /** Writes log files here, as `holdfast.logs` of the configuration says; none where it is absent. */
  readonly logDir?: string;
  /** Values that no event and no log shows, beside those that the configuration gives to servers. */
  readonly secrets?: readonly string[];
  /** What servers may ask of the host. */
  readonly handlers?: Handlers;
  /**
   * Windows: holds this whole process in a job of its own, so that everything it starts from then on ends with it, also what left the
   * job of its server. For a process whose only work this is: no child of it can outlive it, whatever started it. Default: false;
   * the servers' own jobs hold all that do not ask to leave. Elsewhere it does nothing.
   */
  readonly containHost?: boolean;
  /** How we introduce ourselves to servers; Holdfast and its version where it is absent. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
}

/** What there is after a stop. */
export interface StopReport {
  /** Pids of processes that could not be ended; empty when all is well. */
  readonly survivors: readonly number[];
}

/** A tool's answer, as the protocol's `CallToolResult`; `isError` is the tool's own word and no exception. */
export interface CallToolResult {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly [key: string]: unknown;
}

/** What a configuration has changed; servers by name. */
export interface ReloadReport extends ConfigDiff {
  /** Servers whose new settings do not come up: the old ones go on, until somebody restarts them or the configuration changes again. */
  readonly kept: readonly { readonly server: string; readonly reason: string }[];
}

/** Which configuration counts, and what is the matter with it. */
export interface ConfigurationStatus {
  /** Null for one that was given as an object. */
  readonly file: string | null;
  /** When it was read (ISO 8601). */
  readonly loadedAt: string;
  /** Mistakes of what was read last, none of which counts; empty where it counts. */
  readonly problems: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  /** Servers whose old settings still serve: `reason` says why the new ones do not. */
  readonly pending: readonly { readonly server: string; readonly reason: string }[];
  /** Keys that only a new start of the manager takes up. */
  readonly needsRestart: readonly string[];
}

/**
 * Starts, supervises and heals the servers of a configuration.
 *
 * Every method that names a server throws HoldfastError TOOL_SERVER_UNKNOWN where there is none of that name. A call waits while
 * its server is on its way, and throws a HoldfastError that says whether it may have run.
 */
export interface Manager extends AsyncDisposable {
  readonly servers: readonly string[];
  /** The one that counts now. */
  readonly config: Config;
  /**
   * Takes up another configuration while all goes on; without one, reads the file again that it was made with. Servers that are not
   * changed are not touched. A changed one is started with its new settings beside the old, which go when the new are ready and their
   * last call is answered; where the new do not come up the old go on. Resolves once all that is new is ready, rests, or has failed.
   *
   * @throws ConfigError with every mistake at once; nothing has changed then.
   */
  reload(config?: string | object): Promise<ReloadReport>;
  configuration(): ConfigurationStatus;
  /** Starts these servers, or all. Resolves when each is ready, has failed (see `status`), or rests until it is asked for. */
  start(...servers: string[]): Promise<void>;
  /** Stops these servers, or all. A second call while one is under way skips what patience is left. */
  stop(...servers: string[]): Promise<StopReport>;
  /** Stops and starts one server; resolves when it is ready again or has failed. */
  restart(server: string): Promise<void>;
  /**
   * Opens the HTTP endpoint for clients; servers may be started before or after. It ends with `close`.
   *
   * @throws HoldfastError RESOURCE_PORT_TAKEN, RESOURCE_ADDRESS
   */
  listen(options?: ListenOptions): Promise<Endpoint>;
  /** The endpoint, while there is one. */
  readonly endpoint: Endpoint | null;
  /** Stops everything, and gives back every timer; the manager is of no use afterwards. */
  close(): Promise<StopReport>;
  /** Looks what every server's processes use now; the next `status` tells it. */
  sample(): Promise<void>;
  /** A snapshot of every server, in the order of the configuration. */
  status(): ServerStatus[];
  /** How it is made sure that nothing outlives us: the guardian, the journal, and what was found of earlier runs. */
  containment(): ContainmentStatus;
  /** All figures in the text format of Prometheus, as `/metrics` of the endpoint gives them. */
  metrics(): Promise<string>;
  /** What is known of the network: Winsock, the look-ups at the start, the proxy, certificates, ports. */
  network(): NetworkStatus;
  /** Whether the log files are written; null without `logDir`. */
  logs(): LogsStatus | null;
  /** Subscribes to every event; returns how to unsubscribe. */
  onEvent(listener: EventListener): () => void;
  /** Subscribes to the events of one type. */
  on<T extends HoldfastEvent['type']>(
    type: T,
    listener: (event: Extract<HoldfastEvent, { type: T }>) => void,
  ): () => void;
  /** Subscribes to what servers tell without being asked, `method` and `params` as they came. */
  onNotification(listener: (server: string, method: string, params: unknown) => void): () => void;

  /** Tools of one server, or of all that are not stopped. */
  listTools(server?: string, options?: RequestOptions): Promise<Listed[]>;
  listResources(server?: string, options?: RequestOptions): Promise<Listed[]>;
  listResourceTemplates(server?: string, options?: RequestOptions): Promise<Listed[]>;
  listPrompts(server?: string, options?: RequestOptions): Promise<Listed[]>;
  /** @throws HoldfastError TOOL_UNKNOWN with the nearest name, TOOL_CALL_TIMEOUT, TOOL_CALL_CANCELLED, PROCESS_EXITED_DURING_CALL, … */
  callTool(server: string, tool: string, args?: object, options?: RequestOptions): Promise<CallToolResult>;
  readResource(server: string, uri: string, options?: RequestOptions): Promise<unknown>;
  getPrompt(server: string, name: string, args?: object, options?: RequestOptions): Promise<unknown>;
  complete(server: string, params: object, options?: RequestOptions): Promise<unknown>;
  /** Told again to the server after each restart, like subscriptions. */
  setLogLevel(server: string, level: string, options?: RequestOptions): Promise<void>;
  subscribe(server: string, uri: string, options?: RequestOptions): Promise<void>;
  unsubscribe(server: string, uri: string, options?: RequestOptions): Promise<void>;
  /** Tells the servers that the host's roots have changed. */
  rootsChanged(): void;
  /** Any request by method and `params`; resolves with its `result`. */
  request(server: string, method: string, params?: object, options?: RequestOptions): Promise<unknown>;
  /** Any request as raw JSON-RPC text; resolves with the raw answer, under the same id. Nothing in between is written anew. */
  requestRaw(server: string, text: string, options?: RequestOptions): Promise<string>;
}
