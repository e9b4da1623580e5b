import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayOptions } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { LEGACY_VERSIONS } from '../session/handshake.ts';
import { type Envelope, idKey, type MessageEnvelope, type RequestEnvelope } from '../session/json-text.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Backend } from './backend.ts';
import type { Budget } from './budget.ts';
import type { Exchange, PostFront } from './exchange.ts';
import { badRequest, RPC, refusalText, replyJson } from './http-reply.ts';
import { messagesOf, whyUnfit } from './legacy-messages.ts';
import { LegacySession } from './legacy-session.ts';
import type { Explain } from './modern-reply.ts';
import type { SessionStore } from './session-store.ts';

export interface LegacyFrontOptions {
  readonly limits: Pick<GatewayOptions, 'maxSessions' | 'idleSessionMs'>;
  readonly store: SessionStore;
  /** Of what is kept for clients. */
  readonly budget: Budget;
  readonly now: () => number;
  readonly explain: Explain;
  readonly emit: Emit;
}

/** A GET or DELETE that has passed the guard. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly backend: Backend;
  readonly principal: string;
}

const SESSION_ID = 'Mcp-Session-Id';
/** Requests that one session may have open: to hang up does not end one. */
const MAX_OPEN = 1_000;
/** In the store a session in use looks unused for so long at most. */
const TOUCH_MS = 60_000;

/** The front for the revisions that begin with `initialize`: Streamable HTTP with sessions. */
export class LegacyFront implements PostFront {
  readonly #options: LegacyFrontOptions;
  readonly #sessions = new Map<string, LegacySession>();
  readonly #restoring = new Map<string, Promise<LegacySession | null>>();
  #touchedAt: number;

  constructor(options: LegacyFrontOptions) {
    this.#options = options;
    this.#touchedAt = options.now();
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  async post(exchange: Exchange): Promise<void> {
    const { request, response, envelope } = exchange;
    const accepts = acceptedBy(request.headers.accept);
    if (!accepts.acceptsJson && !accepts.acceptsStream) {
      return refuse(response, 406, badRequest('it accepts neither application/json nor text/event-stream', ACCEPT));
    }
    if (!isKnownVersion(request)) return refuse(response, 400, unknownVersion());
    const unfit = whyUnfit(envelope);
    if (unfit !== null) return refuseInvalid(response, envelope, unfit);
    if (envelope.kind === 'request' && envelope.method === 'initialize' && !hasSession(request)) {
      return this.#initialize(exchange, envelope, accepts);
    }
    const found = this.#sessionOf(exchange);
    const session = found instanceof Promise ? await found : found;
    if (session === null) return;
    const envelopes = messagesOf(envelope, session.protocolVersion);
    if (typeof envelopes === 'string') return refuse(response, 400, badRequest(envelopes), RPC.invalidRequest);
    const requests = envelopes.filter(isRequest);
    const keys = requests.map(({ id }) => idKey(id.raw));
    const seen = new Set<string>();
    const taken = keys.findIndex(key => session.client.isOpen(key) || seen.size === seen.add(key).size);
    if (taken !== -1) {
      const error = badRequest('a request with this id is under way already', 'give each request an id of its own');
      return refuse(response, 400, error, RPC.invalidRequest, requests[taken]?.id.raw);
    }
    if (session.client.inFlight + keys.length > MAX_OPEN) {
      const error = new HoldfastError('RESOURCE_REQUESTS_FULL', { details: { limit: MAX_OPEN }, mayHaveRun: false });
      return replyJson(response, 429, refusalText(requests[0]?.id.raw ?? 'null', error), { 'Retry-After': '5' });
    }
    if (keys.length > 0) {
      return session.ask(envelopes, keys, { response, isBatch: envelope.kind === 'batch', ...accepts });
    }
    for (const message of envelopes) session.client.receive(message);
    response.writeHead(202).end();
  }

  async get(visit: Visit): Promise<void> {
    const { request, response } = visit;
    if (!acceptedBy(request.headers.accept).acceptsStream) {
      return refuse(response, 406, badRequest('it does not accept text/event-stream', ACCEPT));
    }
    if (!isKnownVersion(request)) return refuse(response, 400, unknownVersion());
    const session = await this.#sessionOf(visit);
    if (session === null) return;
    const last = request.headers['last-event-id'];
    if (typeof last !== 'string' || last === '') session.listen(response);
    // By the standard of server-sent events: come no more.
    else if (!session.resume(last, response)) response.writeHead(204).end();
  }

  async delete(visit: Visit): Promise<void> {
    if (!isKnownVersion(visit.request)) return refuse(visit.response, 400, unknownVersion());
    const session = await this.#sessionOf(visit);
    if (session === null) return;
    await this.#end(session, 'it ended its session');
    visit.response.writeHead(204).end();
  }

  /** To be called every second or so. */
  tick(): void {
    const now = this.#options.now();
    const isTouching = now - this.#touchedAt >= TOUCH_MS;
    for (const session of this.#sessions.values()) {
      session.tick();
      if (session.isBusy) session.usedAt = now;
      if (now - session.usedAt >= this.#options.limits.idleSessionMs) void this.#end(session, 'it was not used');
      else if (isTouching && session.usedAt >= this.#touchedAt) void this.#options.store.touch(session.id);
    }
    if (isTouching) this.#touchedAt = now;
  }

  /** Ends the sessions of single servers that are none of these. */
  endBut(servers: readonly string[]): void {
    for (const session of [...this.#sessions.values()]) {
      const { server } = session.backend;
      if (server !== null && !servers.includes(server))
        void this.#end(session, 'its server is not configured any more');
    }
  }

  /** Ends all but what is being answered: no more will come. */
  drain(): void {
    for (const session of this.#sessions.values()) session.drain();
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  async #initialize(exchange: Exchange, envelope: RequestEnvelope, accepts: Accepts): Promise<void> {
    const { response, principal, backend } = exchange;
    if (this.#sessions.size >= this.#options.limits.maxSessions) {
      const error = new HoldfastError('RESOURCE_SESSIONS_FULL', {
        details: { limit: this.#options.limits.maxSessions },
      });
      return replyJson(response, 429, refusalText(envelope.id.raw, error), { 'Retry-After': '30' });
    }
    const session = this.#create(randomBytes(24).toString('base64url'), principal, backend);
    response.setHeader(SESSION_ID, session.id);
    response.once('close', () => {
      if (session.client.state !== null) this.#connected(session);
      // Refused, or gone before it had heard of its session: there is none.
      else if (session.client.inFlight === 0 || !response.headersSent) {
        this.#forget(session);
        void this.#remove(session);
      }
    });
    await session.ask([envelope], [idKey(envelope.id.raw)], { response, isBatch: false, ...accepts });
  }

  #create(id: string, principal: string, backend: Backend): LegacySession {
    const { store, budget, now, explain, emit } = this.#options;
    const notice = (text: string) => emit({ type: 'manager.notice', text });
    const own = budget.of(id);
    const session = new LegacySession({ id, principal, backend, store, budget: own, now, explain, notice });
    this.#sessions.set(id, session);
    return session;
  }

  /** The session of a request; null after the request has been refused. */
  #sessionOf(visit: Visit): LegacySession | null | Promise<LegacySession | null> {
    const id = visit.request.headers['mcp-session-id'];
    if (typeof id !== 'string' || id === '') {
      const hint = 'begin with "initialize", and send the Mcp-Session-Id of its answer with all that follows';
      refuse(visit.response, 400, badRequest('it has no Mcp-Session-Id, and is no "initialize"', hint));
      return null;
    }
    const session = this.#sessions.get(id);
    if (session !== undefined) return this.#admit(session, visit);
    return this.#restored(id, visit).then(restored => this.#admit(restored, visit));
  }

  #admit(session: LegacySession | null, { response, backend, principal }: Visit): LegacySession | null {
    if (session?.principal !== principal || session.backend.server !== backend.server) {
      replyJson(response, 404, refusalText('null', new HoldfastError('CONNECTION_SESSION_UNKNOWN')));
      return null;
    }
    session.usedAt = this.#options.now();
    return session;
  }

  #restored(id: string, visit: Visit): Promise<LegacySession | null> {
    const known = this.#restoring.get(id);
    if (known !== undefined) return known;
    const restoring = this.#restore(id, visit).finally(() => this.#restoring.delete(id));
    this.#restoring.set(id, restoring);
    return restoring;
  }

  async #restore(id: string, { backend, principal }: Visit): Promise<LegacySession | null> {
    const stored = await this.#options.store.load(id);
    if (stored === null || stored.principal !== principal || stored.server !== backend.server) return null;
    // The client then begins anew, and hears that there is no room.
    if (this.#sessions.size >= this.#options.limits.maxSessions) return null;
    const session = this.#create(id, principal, backend);
    session.client.restore(stored.client);
    this.#connected(session);
    return session;
  }

  #connected({ client, backend }: LegacySession): void {
    if (client.state === null) return;
    const { clientInfo, protocolVersion } = client.state;
    const { name, version } = clientInfo;
    this.#options.emit({ type: 'client.connected', client: name, version, protocolVersion, path: pathOf(backend) });
  }

  async #end(session: LegacySession, reason: string): Promise<void> {
    this.#forget(session);
    const { client, backend } = session;
    const name = client.state?.clientInfo.name ?? 'unknown';
    this.#options.emit({ type: 'client.gone', client: name, path: pathOf(backend), reason });
    await this.#remove(session);
  }

  async #remove({ id }: LegacySession): Promise<void> {
    const { store, emit } = this.#options;
    try {
      await store.remove(id);
    } catch (error) {
      // Nobody knows its id any more; the next run of the manager removes it as unused.
      emit({ type: 'manager.notice', text: `a session could not be removed from disk: ${String(error)}` });
    }
  }

  #forget(session: LegacySession): void {
    this.#sessions.delete(session.id);
    session.close();
  }
}

interface Accepts {
  readonly acceptsJson: boolean;
  readonly acceptsStream: boolean;
}

const ACCEPT = 'set Accept: application/json, text/event-stream';

const unknownVersion = (): HoldfastError =>
  badRequest(
    `its MCP-Protocol-Version is none of ${LEGACY_VERSIONS.join(', ')}`,
    'send the protocolVersion that "initialize" was answered with',
  );

const pathOf = ({ server }: Backend): string =>
  server === null ? '/mcp' : `/servers/${encodeURIComponent(server)}/mcp`;

const isRequest = (envelope: MessageEnvelope): envelope is RequestEnvelope => envelope.kind === 'request';

const hasSession = ({ headers }: IncomingMessage): boolean => headers['mcp-session-id'] !== undefined;

function isKnownVersion({ headers }: IncomingMessage): boolean {
  const version = headers['mcp-protocol-version'];
  return version === undefined || (LEGACY_VERSIONS as readonly unknown[]).includes(version);
}

/** More clients leave the header out, or take anything, than the specification allows. */
function acceptedBy(accept: string | undefined): Accepts {
  if (accept === undefined || accept.includes('*/*')) return { acceptsJson: true, acceptsStream: true };
  return {
    acceptsJson: /application\/(?:json|\*)/i.test(accept),
    acceptsStream: /text\/(?:event-stream|\*)/i.test(accept),
  };
}

function refuse(response: ServerResponse, status: number, error: HoldfastError, code?: number, idRaw = 'null'): void {
  replyJson(response, status, refusalText(idRaw, error, code));
}

function refuseInvalid(response: ServerResponse, envelope: Envelope, reason: string): void {
  const id = envelope.kind === 'batch' ? null : envelope.id;
  // Of two ids neither is the one that its sender waits for.
  const isUsable = id !== null && /^["\d-]/.test(id.raw) && reason !== 'duplicate "id"';
  refuse(response, 400, badRequest(reason), RPC.invalidRequest, isUsable ? id.raw : undefined);
}
