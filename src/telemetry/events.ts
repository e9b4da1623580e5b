import type { Category } from '../errors/holdfast-error.ts';

/** What is told of an error in an event: `HoldfastError.toLog()` in short. */
export interface Fault {
  readonly category: Category;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly stderrTail?: readonly string[];
}

export type ServerState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'backoff' | 'failed';
export type Health = 'healthy' | 'degraded' | 'suspect' | 'unhealthy' | 'unknown';

/** What a start was at. */
export type StartStep = 'admission' | 'spawn' | 'initialize' | 'tools';

/** Carried by every event of one incarnation of one instance of one server. */
interface OfServer {
  readonly server: string;
  readonly instance: number;
  readonly incarnation: number;
}

/** How one call ended: answered, answered after a replay, rejected by us, cancelled by the caller, out of time. */
export type CallOutcome = 'answered' | 'rejected' | 'cancelled' | 'timedOut';

/**
 * The one vocabulary. Logs, metrics, dashboard and CLI subscribe to it; the code that does the work emits and knows none of them.
 * Times are wall-clock milliseconds since 1970 (`at`), durations end in `Ms`.
 */
export type HoldfastEvent = { readonly at: number } & (
  | ({
      readonly type: 'server.starting';
      readonly attempt: number;
      /** Empty for a remote server. */
      readonly command: readonly string[];
      readonly launch: string;
      /** Of a remote server, without login and query. */
      readonly url?: string;
    } & OfServer)
  | ({
      readonly type: 'server.ready';
      /** Null for a remote server. */
      readonly pid: number | null;
      readonly readyMs: number;
      readonly tools: number;
      readonly protocolVersion: string;
      /** How its processes are held together: `job atomic`, `group swept`, … */
      readonly container: string;
    } & OfServer)
  | ({
      readonly type: 'server.down';
      readonly fault: Fault;
      readonly code: number | null;
      readonly signal: string | null;
      /** Of its start, where it was not ready yet. */
      readonly step?: StartStep;
    } & OfServer)
  | ({
      readonly type: 'server.stopping';
      /**
       * By a person's wish: `rest`, or `relaunch`. By itself: `idle`, to rest until it is needed, `maxAge`, to be started afresh, or
       * `client`, to be started for a client with other capabilities.
       */
      readonly reason: string;
    } & OfServer)
  | ({ readonly type: 'server.cleaned'; readonly survivors: readonly number[]; readonly tookMs: number } & OfServer)
  | ({
      readonly type: 'server.backoff';
      readonly attempt: number;
      readonly of: number;
      readonly delayMs: number;
      readonly fault: Fault;
    } & OfServer)
  | ({ readonly type: 'server.failed'; readonly fault: Fault; readonly nextTryMs: number | null } & OfServer)
  | ({ readonly type: 'server.stopped' } & OfServer)
  | ({
      readonly type: 'session.closed';
      readonly held: number;
      readonly replayed: number;
      readonly rejected: number;
    } & OfServer)
  | ({ readonly type: 'session.restored'; readonly sent: number; readonly replayed: number } & OfServer)
  | ({
      readonly type: 'catalogue.changed';
      readonly kind: 'tools' | 'resources' | 'resourceTemplates' | 'prompts';
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
    } & OfServer)
  | ({
      readonly type: 'health.changed';
      readonly from: Health;
      readonly to: Health;
      readonly category: Category | null;
      readonly reason: string | null;
    } & OfServer)
  | ({
      readonly type: 'health.checked';
      readonly verdict: Health;
      readonly pingMs: number | null;
      readonly listMs: number | null;
      /** Resident memory of all its processes; null where the system does not tell. */
      readonly rssBytes: number | null;
      /** Since the check before; 100 is one core. */
      readonly cpuPercent: number | null;
      readonly p50: number | null;
      readonly p95: number | null;
      readonly errorRate: number;
      /** Of this process's place, since the manager has been running. */
      readonly restarts: number;
    } & OfServer)
  | ({
      readonly type: 'call.finished';
      readonly method: string;
      readonly tool: string | null;
      readonly outcome: CallOutcome;
      readonly isError: boolean;
      readonly tookMs: number;
      readonly replays: number;
      readonly code: string | null;
      /** The server has answered with this JSON-RPC error. */
      readonly rpcCode?: number | string;
      /** What the caller wrote of its own trace, as `params._meta.traceparent`. */
      readonly traceparent?: string;
    } & OfServer)
  | ({ readonly type: 'server.output'; readonly stream: 'stderr' | 'stdout'; readonly line: string } & OfServer)
  | ({ readonly type: 'server.notice'; readonly text: string } & OfServer)
  /** A host, looked up twice in a row; null in `code` where it has addresses. */
  | {
      readonly type: 'network.lookup';
      readonly host: string;
      readonly addresses: readonly string[];
      readonly code: string | null;
      readonly coldMs: number;
      readonly warmMs: number | null;
    }
  /** With `network.debug`: one line of a Node's debug output, `area` as in `NODE_DEBUG`. `omitted` were left out just before it. */
  | ({
      readonly type: 'network.operation';
      readonly area: string;
      readonly line: string;
      readonly omitted: number;
    } & OfServer)
  | ({
      readonly type: 'network.sockets';
      readonly open: number;
      readonly closeWait: number;
      readonly listening: number;
      /** What is in CLOSE_WAIT grows from check to check. */
      readonly isLeak: boolean;
    } & OfServer)
  | {
      readonly type: 'network.ports';
      readonly used: number;
      readonly of: number;
      readonly timeWait: number;
      readonly verdict: 'ok' | 'warning' | 'alarm';
    }
  | { readonly type: 'network.notice'; readonly text: string; readonly isWarning: boolean }
  /** A client has begun a session, or gone on with one of an earlier run; `path` is where: `/mcp`, or `/servers/NAME/mcp`. */
  | {
      readonly type: 'client.connected';
      readonly client: string;
      readonly version: string;
      readonly protocolVersion: string;
      readonly path: string;
    }
  | { readonly type: 'client.gone'; readonly client: string; readonly path: string; readonly reason: string }
  /** Requests that were refused at the door, counted since the last such event. */
  | { readonly type: 'gateway.refused'; readonly reason: string; readonly count: number }
  /** The configuration was read again; servers by name. What is new or changed is on its way. */
  | {
      readonly type: 'config.loaded';
      readonly file: string | null;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
      readonly unchanged: readonly string[];
      /** Keys that only a new start of the manager takes up. */
      readonly needsRestart: readonly string[];
    }
  /** The configuration was read again and has mistakes: nothing has changed. `issues` as people read them, with file, line and key. */
  | { readonly type: 'config.rejected'; readonly file: string | null; readonly issues: readonly string[] }
  /** A server runs with its new settings; the process with the old ones goes when its last call is answered. */
  | ({ readonly type: 'config.switched' } & OfServer)
  /** The new settings of a server do not come up: it goes on with the old ones. */
  | ({ readonly type: 'config.kept'; readonly fault: Fault } & OfServer)
  | { readonly type: 'manager.resumed'; readonly pausedMs: number }
  /** An earlier manager was killed, and this is what it had left; `survivors` could not be ended. */
  | {
      readonly type: 'manager.swept';
      readonly found: readonly {
        readonly server: string;
        readonly pids: readonly number[];
        readonly survivors: readonly number[];
        readonly containers: readonly string[];
      }[];
    }
  /** What is to be written to the log files waits in memory, and what is too much is dropped. */
  | { readonly type: 'logs.degraded'; readonly folder: string; readonly reason: string }
  /** They are written again; so many lines are missing. */
  | { readonly type: 'logs.recovered'; readonly folder: string; readonly droppedLines: number }
  /** Something of the manager itself, not of one server, that people may want to know. */
  | { readonly type: 'manager.notice'; readonly text: string }
  | { readonly type: 'manager.stopped'; readonly survivors: readonly number[] }
);

/** An event as the working code writes it: the time is added where it is emitted. */
export type NewEvent = HoldfastEvent extends infer E ? (E extends HoldfastEvent ? Omit<E, 'at'> : never) : never;
export type Emit = (event: NewEvent) => void;
