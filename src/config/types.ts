import type { output } from 'zod';
import type {
  gatewaySchema,
  holdfastNetworkSchema,
  logsSchema,
  restartSchema,
  serverOptionsSchema,
  startupSchema,
  telemetrySchema,
} from './schema.ts';

/**
 * The configuration after loading: every default filled in, every variable expanded, every path absolute.
 * The shapes of the file itself are in `schema.ts`, which is also where each default and its meaning stand.
 */

type Immutable<T> = T extends readonly (infer E)[]
  ? readonly Immutable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

export type RestartOptions = Immutable<output<typeof restartSchema>>;
export type StartupOptions = Immutable<output<typeof startupSchema>>;

/** Everything that `holdfast: {…}` of one server may set, with `holdfast.defaults` and the built-in defaults already applied. */
export type ServerOptions = Immutable<output<typeof serverOptionsSchema>>;
export type ChildNetworkOptions = ServerOptions['network'];
/** The top-level `network`: what is done for all servers together. */
export type NetworkOptions = Immutable<output<typeof holdfastNetworkSchema>>;
/** Where the HTTP endpoint listens, and what it bears. */
export type GatewayOptions = Immutable<output<typeof gatewaySchema>>;
export type TelemetryOptions = Immutable<output<typeof telemetrySchema>>;
/** How much of the log files there may be. */
export type LogOptions = Immutable<output<typeof logsSchema>>;
export type Priority = ServerOptions['priority'];

/** A place in the file; both 1-based, the column in UTF-16 code units. Line 1, column 1 where there is no file. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface AnyServer {
  readonly name: string;
  readonly options: ServerOptions;
  /** Where its name stands in `Config.file`, for errors that are found later. */
  readonly at: Place;
  /** Set where this server alone cannot start (an unset `${VAR}`): it is `failed` with this message, the others run. */
  readonly problem?: string | undefined;
  /** Names of the variables that are part of the problem. */
  readonly unset?: readonly string[] | undefined;
}

/** One server that is to be run as a child process and spoken to over its stdin and stdout. */
export interface ProcessServer extends AnyServer {
  readonly kind: 'process';
  readonly command: string;
  readonly args: readonly string[];
  /** The server's own variables, expanded; they come on top of the allow-list. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
}

/** One server that runs elsewhere and is spoken to over HTTP. */
export interface RemoteServer extends AnyServer {
  readonly kind: 'remote';
  /** Expanded; whether it is a URL at all is seen when it is used. */
  readonly url: string;
  /** The address as people may see it: as it is written, without login and query. */
  readonly shown: string;
  /** Expanded; their values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** `http` is Streamable HTTP; a server of another transport cannot be used, and says so when it is started. */
  readonly transport: 'http' | 'sse' | 'ws';
}

export type ServerConfig = ProcessServer | RemoteServer;

/** Something that is odd but stops nothing; printed as a `ConfigIssue` is. */
export interface ConfigWarning extends Place {
  readonly file: string;
  readonly key: string;
  readonly message: string;
}

export interface Config {
  /** Absolute path of the file, or `null` for a configuration that was given as an object. */
  readonly file: string | null;
  readonly gateway: GatewayOptions;
  readonly telemetry: TelemetryOptions;
  /** In the file's order; disabled ones are left out. */
  readonly servers: readonly ServerConfig[];
  readonly disabled: readonly string[];
  /** At most this many servers start at the same time. */
  readonly concurrentStarts: number;
  /** Of the process that runs the manager, where that is its only work. */
  readonly priority: Priority;
  readonly network: NetworkOptions;
  readonly logs: LogOptions;
  readonly warnings: readonly ConfigWarning[];
}
