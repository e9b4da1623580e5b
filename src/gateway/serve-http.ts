import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayOptions } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import { type Clock, systemClock } from '../session/clock.ts';
import { parseMessage } from '../session/json-text.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Backend } from './backend.ts';
import { Bodies, type Body } from './body.ts';
import { bodyRefusal } from './body-refusal.ts';
import { BridgeSockets } from './bridge-sockets.ts';
import { Budget } from './budget.ts';
import type { PostFront } from './exchange.ts';
import { Guard, type Refusal } from './guard.ts';
import { badRequest, RPC, refusalText, replyJson } from './http-reply.ts';
import { LegacyFront } from './legacy-front.ts';
import { listenError } from './listen-error.ts';
import type { Explain } from './modern-reply.ts';
import { type OpenRoutes, type OpenRoutesOptions, openRoutes } from './open-routes.ts';
import { Refusals } from './refusals.ts';
import type { SessionStore } from './session-store.ts';
import { hasBody, isModern, isSignIn, targetOf } from './targets.ts';
import { Unread } from './unread.ts';

export interface ServeHttpOptions extends Omit<OpenRoutesOptions, 'isTrusted'> {
  /** `host` and `port` among them. */
  readonly gateway: GatewayOptions;
  /** Null where none is wanted. */
  readonly token: string | null;
  /** A server by name, or all as one for null. The same object each time; null where there is none of that name. */
  readonly backendFor: (server: string | null) => Backend | null;
  /** The names that it knows. */
  readonly servers: () => readonly string[];
  /** The front for 2026-07-28 and later; null where it is not served. */
  readonly modern: PostFront | null;
  readonly sessions: SessionStore;
  readonly explain: Explain;
  readonly emit: Emit;
  readonly clock?: Clock;
}

/** A running endpoint. */
export interface HttpEndpoint {
  readonly host: string;
  readonly port: number;
  /** Sessions that are open. */
  clients(): number;
  /** Whether a `holdfast connect` is among those who are connected. */
  isBridged(): boolean;
  /** Ends the sessions, and the streams, of single servers that are none of these. */
  endSessionsBut(servers: readonly string[]): void;
  /** Ends the listener, every stream and every idle connection at once; what is being answered gets a moment. A second call waits for the first. */
  close(): Promise<void>;
}

const TICK_MS = 1_000;
/** No session may have more than one of so many parts of what is received, and of what is kept. */
const SHARES = 4;
/** What is being answered when we stop may take so long. */
const LAST_WORDS_MS = 500;
const DRAIN_TICK_MS = 20;
/** A body that is refused is let pass for so long, so that its sender hears why. */
const LINGER_MS = 1_000;

/** Serves the endpoint. @throws HoldfastError RESOURCE_PORT_TAKEN, RESOURCE_ADDRESS; its cause the error of the system */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpEndpoint> {
  const door = new Door(options);
  await door.listen();
  return door;
}

class Door implements HttpEndpoint {
  readonly #options: ServeHttpOptions;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #bodies: Bodies;
  readonly #received: Budget;
  readonly #unread: Unread;
  readonly #bridges = new BridgeSockets();
  readonly #legacy: LegacyFront;
  readonly #refusals: Refusals;
  readonly #others: OpenRoutes;
  #guard: Guard;
  #timer: { cancel(): void } | null = null;
  #closing: Promise<void> | null = null;
  port: number;

  constructor(options: ServeHttpOptions) {
    this.#options = options;
    const { gateway, token, sessions, explain, emit } = options;
    const clock = options.clock ?? systemClock;
    const now = () => clock.now();
    this.#clock = clock;
    this.port = gateway.port;
    this.#guard = new Guard(gateway, token, now());
    this.#bodies = new Bodies(gateway, now);
    const share = gateway.bufferBytes / SHARES;
    // Whatever the limits are, one body fits.
    this.#received = new Budget(gateway.bufferBytes, Math.max(share, gateway.maxBodyBytes));
    this.#unread = new Unread(gateway.bufferBytes);
    this.#refusals = new Refusals(emit);
    this.#others = openRoutes({ ...options, isTrusted: headers => this.#guard.hasToken(headers) });
    this.#legacy = new LegacyFront({
      limits: gateway,
      store: sessions,
      budget: new Budget(gateway.bufferBytes, share),
      now,
      explain,
      emit,
    });
    this.#server = createServer({
      maxHeaderSize: gateway.maxHeaderBytes,
      headersTimeout: gateway.headersMs,
      requestTimeout: gateway.requestMs,
      connectionsCheckingInterval: TICK_MS,
      keepAliveTimeout: 60_000,
    });
    this.#server.maxConnections = gateway.maxConnections;
    this.#server.on('request', (request, response) => this.#take(request, response));
    // Who asks before it sends a body is refused before it has sent it.
    this.#server.on('checkContinue', (request, response) => this.#take(request, response));
  }

  get host(): string {
    return this.#options.gateway.host;
  }

  clients(): number {
    return this.#legacy.sessions;
  }

  endSessionsBut(servers: readonly string[]): void {
    this.#legacy.endBut(servers);
    this.#options.modern?.endBut(servers);
  }

  isBridged(): boolean {
    return this.#bridges.isAny;
  }

  async listen(): Promise<void> {
    const { gateway, token, sessions, emit } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', cause => reject(listenError(gateway, cause)));
      this.#server.listen({ host: gateway.host, port: gateway.port, exclusive: true }, () => {
        this.#server.removeAllListeners('error');
        resolve();
      });
    });
    this.port = (this.#server.address() as AddressInfo).port;
    this.#guard = new Guard({ ...gateway, port: this.port }, token, this.#clock.now());
    // A connection that breaks is its client's business.
    this.#server.on('error', error => emit({ type: 'manager.notice', text: `the endpoint: ${error.message}` }));
    this.#timer = this.#clock.setTimer(TICK_MS, () => this.#tick());
    await sessions.prune(gateway.idleSessionMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#timer?.cancel();
    let isClosed = false;
    const closed = new Promise<void>(resolve => {
      this.#server.close(() => {
        isClosed = true;
        resolve();
      });
    });
    this.#legacy.drain();
    this.#options.site?.close?.();
    const last = this.#clock.now() + LAST_WORDS_MS;
    const drain = (): void => {
      if (isClosed) return;
      // A connection is idle once its answer is out.
      this.#server.closeIdleConnections();
      if (this.#clock.now() < last) {
        this.#clock.setTimer(DRAIN_TICK_MS, drain);
        return;
      }
      this.#options.modern?.close();
      this.#legacy.close();
      // What was said last is on its way to the sockets within this turn of the loop.
      setImmediate(() => this.#server.closeAllConnections());
    };
    drain();
    await closed;
    this.#options.modern?.close();
    this.#legacy.close();
    this.#refusals.tell();
  }

  #tick(): void {
    this.#bodies.tick();
    const cut = this.#unread.tick();
    if (cut > 0) this.#options.emit({ type: 'manager.notice', text: `cut off ${cut} client(s) that do not read` });
    this.#legacy.tick();
    this.#refusals.tell();
    this.#timer = this.#clock.setTimer(TICK_MS, () => this.#tick());
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response).catch((error: unknown) => {
      const known = new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(error) }, cause: error });
      this.#options.emit({
        type: 'manager.notice',
        text: `${known.message}: ${error instanceof Error ? error.stack : ''}`,
      });
      if (!response.headersSent) replyJson(response, 500, refusalText('null', known));
      else response.destroy();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#closing !== null) response.setHeader('Connection', 'close');
    const elsewhere = this.#guard.checkPlace(request.headers);
    if (elsewhere !== null) return this.#refuse(request, response, elsewhere);
    const target = targetOf(request.url ?? '/');
    if (target === 'others' && this.#others.isOpen(request)) return this.#others.serve(request, response);
    if (isSignIn(request)) return this.#refuse(request, response, notFound('there is no OAuth here, only a token'));
    const stranger = this.#guard.checkToken(request.headers, this.#clock.now());
    if (stranger !== null) return this.#refuse(request, response, stranger);
    if (target === 'others') return this.#others.serve(request, response);
    this.#bridges.note(request);
    const backend = target === null ? null : this.#options.backendFor(target.server);
    if (backend === null) return this.#refuse(request, response, notFound(this.#whyNot(target?.server)));
    this.#unread.watch(response);
    const visit = { request, response, backend, principal: this.#guard.principal };
    if (request.method === 'POST') return this.#post(visit);
    if (request.method === 'GET') return this.#legacy.get(visit);
    if (request.method === 'DELETE') return this.#legacy.delete(visit);
    const error = badRequest(`${request.method} is not for this`, 'use POST, GET or DELETE');
    this.#refuse(request, response, { status: 405, error, headers: { Allow: 'GET, POST, DELETE' } });
  }

  #whyNot(server: string | null | undefined): string | undefined {
    if (server === null || server === undefined) return undefined;
    const near = nearest(server, this.#options.servers());
    return `no server "${server}"${near === undefined ? '' : `, but "${near}"`}`;
  }

  async #post(visit: Parameters<LegacyFront['get']>[0]): Promise<void> {
    const { request, response } = visit;
    if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
      const error = badRequest('its body must be application/json', 'set Content-Type: application/json');
      return this.#refuse(request, response, { status: 415, error, headers: {} });
    }
    if (this.#bodies.isTooLong(request.headers['content-length'])) {
      return this.#refuseBody(request, response, { kind: 'tooLarge' });
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    const session = request.headers['mcp-session-id'];
    const room = typeof session === 'string' ? this.#received.of(session) : this.#received;
    const body = await this.#bodies.read(request, room);
    if (body.kind !== 'text') return this.#refuseBody(request, response, body);
    try {
      const parsed = parseMessage(body.text);
      if (!parsed.ok) {
        const error = badRequest(parsed.why);
        return replyJson(response, 400, refusalText('null', error, RPC.parseError));
      }
      const { envelope } = parsed;
      const { modern } = this.#options;
      const front = modern !== null && isModern(request, envelope) ? modern : this.#legacy;
      await front.post({ envelope, ...visit });
    } finally {
      if (response.closed || response.writableEnded) room.give(body.bytes);
      else response.once('close', () => room.give(body.bytes));
    }
  }

  #refuseBody(request: IncomingMessage, response: ServerResponse, { kind }: Body): void {
    if (kind === 'notUtf8') {
      const error = badRequest('its body is not UTF-8', 'send JSON in UTF-8');
      return replyJson(response, 400, refusalText('null', error, RPC.parseError));
    }
    const refusal = bodyRefusal(kind, this.#options.gateway.maxBodyBytes);
    if (refusal !== null) this.#refuse(request, response, refusal);
  }

  /** Refuses what is not read to its end; then the connection cannot be used for another request. */
  #refuse(request: IncomingMessage, response: ServerResponse, { status, error, headers }: Refusal): void {
    this.#refusals.count(status, error.code);
    const isRead = request.complete || !hasBody(request);
    replyJson(response, status, refusalText('null', error), isRead ? headers : { ...headers, Connection: 'close' });
    if (isRead) return;
    request.resume();
    const linger = this.#clock.setTimer(LINGER_MS, () => request.socket.destroy());
    request.socket.once('close', () => linger.cancel());
  }
}

const notFound = (reason: string | undefined): Refusal => {
  const error = new HoldfastError('CONNECTION_NOT_FOUND', { details: { reason } });
  return { status: 404, error, headers: {} };
};
