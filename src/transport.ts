import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Stream } from 'node:stream';
import { configFromObject } from './config/load.ts';
import type { Config, ServerOptions } from './config/types.ts';
import { HoldfastError } from './errors/holdfast-error.ts';
import { redactSecrets } from './errors/redact.ts';
import { rpcErrorOf } from './errors/rpc-error.ts';
import { Network } from './network/network.ts';
import type { InitializeParams } from './session/handshake.ts';
import type { Instance } from './supervisor/instance.ts';
import { faultOf } from './supervisor/patient.ts';
import { resolverFor } from './supervisor/resolver.ts';
import type { ServerStatus } from './supervisor/status.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { EventHub, type EventListener } from './telemetry/event-hub.ts';
import { StderrCopy, type StderrTarget } from './telemetry/stderr-copy.ts';

/** Every part may be left out; lists are given as a whole. */
type Sparse<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: Sparse<T[K]> } : T;

/** The options of one server, as in `holdfast: { … }` of the configuration file; every default is the file's. */
export type SupervisionOptions = Sparse<Omit<ServerOptions, 'dependsOn' | 'start'>>;

/** What `StdioClientTransport` of the official SDK takes, and how the server is looked after. */
export interface SupervisedStdioOptions {
  /** The program to start. No shell is asked and no `${VARIABLE}` replaced, as with the SDK. */
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** On top of an allow-list, which is the SDK's and some more (language, temporary folder, proxies, certificates). */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The working directory where it is absent. */
  readonly cwd?: string | undefined;
  /** Where its stderr goes; `inherit` where it is absent. `pipe` is read from the property `stderr`. */
  readonly stderr?: StderrTarget | undefined;
  /** The SDK's word for `holdfast.maxMessageBytes`. A longer message costs its own call, not the connection. */
  readonly maxBufferSize?: number | undefined;
  /** What it is called in events and errors; `server` where it is absent. */
  readonly name?: string | undefined;
  readonly holdfast?: SupervisionOptions | undefined;
  /** Hears what happens to the server; see `HoldfastEvent`. */
  readonly onEvent?: EventListener | undefined;
}

/** A JSON-RPC message, as far as this transport looks at it; the SDK's `JSONRPCMessage` is one. */
export interface JsonRpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: string | number | undefined;
  readonly method?: string;
  readonly params?: { readonly [key: string]: unknown } | undefined;
  readonly result?: unknown;
  readonly error?: unknown;
}

type Answer = Pick<JsonRpcMessage, 'result'> | { readonly error: { readonly code: number; readonly message: string } };

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;

/**
 * A drop-in for `StdioClientTransport` of the official SDK (`@modelcontextprotocol/sdk` and `@modelcontextprotocol/client`), under
 * which the server is supervised: it is restarted when it dies or hangs, while the client keeps its session.
 *
 * A request that Holdfast has to refuse is answered with a JSON-RPC error of code -31000, whose `data` is a `ClientError`. A
 * server that has failed for good does not close the transport: calls are refused, and it is tried again from time to time.
 */
export class SupervisedStdioTransport {
  onclose?: (() => void) | undefined;
  /** Also told when the server has failed; the transport stays open. */
  onerror?: ((error: Error) => void) | undefined;
  readonly #supervisor: Supervisor;
  readonly #network: Network;
  readonly #instance: Instance;
  readonly #name: string;
  readonly #stderr: StderrCopy;
  readonly #redact: (line: string) => string;
  readonly #open = new Map<string, AbortController>();
  #phase: 'new' | 'started' | 'initialized' | 'closed' = 'new';
  #closing: Promise<void> | null = null;

  /** Nothing is started yet. @throws ConfigError with every mistake in the options at once. */
  constructor(options: SupervisedStdioOptions) {
    this.#name = options.name ?? 'server';
    this.#stderr = new StderrCopy(options.stderr ?? 'inherit');
    this.#redact = redactSecrets(Object.values(options.env ?? {}));
    const hub = new EventHub(() => Date.now());
    hub.subscribe(this.#stderr.listener);
    if (options.onEvent !== undefined) hub.subscribe(options.onEvent);
    const config = configOf(this.#name, options);
    this.#network = new Network({ config, env: process.env, stateDir: null, emit: hub.emit });
    this.#supervisor = new Supervisor({
      config,
      // The client introduces itself, and answers for itself; see #initialize and setHost.
      clientInfo: { name: 'holdfast', version: '' },
      handlers: {},
      onNotification: () => {},
      resolve: resolverFor(process.env, this.#network.finish),
      takerOf: this.#network.takerOf,
      emit: event => {
        hub.emit(event);
        if (event.type === 'health.checked') {
          void this.#network.checked(event, () => this.#supervisor.members(event.server));
        }
      },
      stateDir: null,
    });
    this.#instance = this.#supervisor.instance(this.#name);
    const pass = (text: string) => this.#deliver(JSON.parse(text) as JsonRpcMessage);
    this.#instance.session.setHost({ onRequest: pass, onNotification: pass });
    hub.subscribe(({ type }) => {
      const fault = faultOf(this.#instance.model.state);
      if (type === 'server.failed' && fault !== null) this.onerror?.(fault.with({ server: this.#name }));
    });
  }

  // Written as a method so that a handler which takes the SDK's own message type may be assigned as well.
  onmessage?(message: JsonRpcMessage): void;

  /** The pid of the server's present process; null while there is none. */
  get pid(): number | null {
    return this.status().pid;
  }

  /** With `stderr: 'pipe'`, what the server writes there, over all its lives; else null. May be read before `start`. */
  get stderr(): Stream | null {
    return this.#stderr.readable;
  }

  /** A snapshot of the server: state, health, restarts, latency and the last error. */
  status(): ServerStatus {
    const [status] = this.#supervisor.status();
    if (status === undefined) throw new TypeError('a transport has exactly one server');
    return status;
  }

  /** Makes ready to send; the server itself is started by `initialize`, whose parameters it needs. The client calls it. */
  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new Error('the transport was started before; each client needs one of its own');
    this.#phase = 'started';
  }

  /** Takes one message of the client. What becomes of a request is told by its answer, never by this promise. */
  async send(message: JsonRpcMessage): Promise<void> {
    if (this.#phase === 'new') throw new Error('the transport is not started');
    if (this.#phase === 'closed') throw new Error('the transport is closed');
    const { id, method } = message;
    if (method === undefined) this.#instance.session.respond(JSON.stringify(message));
    else if (id === undefined) this.#notify(message, method);
    else void this.#answer(message, id, method);
  }

  /** Stops the server with all its processes, then calls `onclose`. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#phase = 'closed';
    const survivors = await this.#supervisor.close();
    this.#network.close();
    this.#stderr.end();
    if (survivors.length > 0) {
      this.onerror?.(
        new HoldfastError('PROCESS_SURVIVED', { server: this.#name, details: { pids: survivors.join(', ') } }),
      );
    }
    this.onclose?.();
  }

  #notify(message: JsonRpcMessage, method: string): void {
    switch (method) {
      // Each life of the server gets one of ours, after its own `initialize`.
      case 'notifications/initialized':
        return;
      case 'notifications/cancelled':
        return this.#open.get(JSON.stringify(message.params?.requestId))?.abort();
      default:
        return this.#instance.session.notify(JSON.stringify(message));
    }
  }

  async #answer(message: JsonRpcMessage, id: string | number, method: string): Promise<void> {
    const key = JSON.stringify(id);
    const controller = new AbortController();
    this.#open.set(key, controller);
    try {
      const answer = await this.#ask(message, method, controller.signal);
      if (!controller.signal.aborted) this.#deliver({ jsonrpc: '2.0', id, ...answer });
    } catch (error) {
      // Whoever has cancelled a call waits for no answer.
      if (!controller.signal.aborted) this.#deliver({ jsonrpc: '2.0', id, error: this.#rpcErrorOf(error) });
    } finally {
      this.#open.delete(key);
    }
  }

  async #ask(message: JsonRpcMessage, method: string, signal: AbortSignal): Promise<Answer> {
    // A client that probes for the stateless protocol falls back to `initialize`, the one that can be told again to each life.
    if (method === 'server/discover') return refusal(METHOD_NOT_FOUND, 'method not found');
    if (method === 'initialize') return this.#initialize(message);
    if (this.#phase === 'started') return refusal(INVALID_REQUEST, 'the conversation begins with initialize');
    const onProgressText = (text: string) => this.#deliver(JSON.parse(text) as JsonRpcMessage);
    const client = this.#supervisor.client(this.#name);
    return JSON.parse(await client.requestRaw(JSON.stringify(message), { signal, onProgressText })) as Answer;
  }

  /** Starts the server with the client's words, which every later life hears too, and answers with the server's. */
  async #initialize({ params }: JsonRpcMessage): Promise<Answer> {
    if (this.#phase === 'initialized') return refusal(INVALID_REQUEST, 'the session is initialized already');
    this.#phase = 'initialized';
    const { session } = this.#instance;
    session.setInitialize(params as unknown as InitializeParams);
    await this.#supervisor.start([this.#name]);
    const { state } = this.#instance.model;
    if (state.name !== 'failed' && state.name !== 'stopped' && session.handshake !== null) {
      return { result: JSON.parse(session.handshake.result) as unknown };
    }
    if (this.#phase === 'initialized') this.#phase = 'started';
    throw faultOf(state) ?? new HoldfastError('CONNECTION_CLOSED');
  }

  #deliver(message: JsonRpcMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #rpcErrorOf(error: unknown) {
    if (error instanceof HoldfastError) return rpcErrorOf(error.with({ server: this.#name }), this.#redact);
    return { code: INTERNAL_ERROR, message: String(error) };
  }
}

const refusal = (code: number, message: string): Answer => ({ error: { code, message } });

function configOf(
  name: string,
  { command, args = [], env = {}, cwd, maxBufferSize, holdfast }: SupervisedStdioOptions,
): Config {
  const own = { ...(maxBufferSize === undefined ? {} : { maxMessageBytes: maxBufferSize }), ...holdfast };
  const entry = { command, args, env, ...(cwd === undefined ? {} : { cwd }), holdfast: own };
  const here = process.cwd();
  const config = configFromObject({ mcpServers: { [name]: entry } }, { env: process.env, cwd: here, home: homedir() });
  // What looks like a variable in a file is only text to the SDK, and an unset one must not stop the server.
  const asGiven = { command, args: [...args], env: { ...env }, cwd: resolve(here, cwd ?? ''), problem: undefined };
  return { ...config, servers: config.servers.map(server => ({ ...server, ...asGiven })) };
}
