import { HoldfastError } from '../errors/holdfast-error.ts';
import type { CallOptions } from '../session/call.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { parseMessage, type RequestEnvelope, request } from '../session/json-text.ts';
import type { ClientProfile } from '../supervisor/attachment.ts';
import type { StatelessBackend as Backend, StatelessSession as BackendSession } from './backend.ts';
import { Budget } from './budget.ts';
import { MAX_PROFILE } from './client-state.ts';
import { refuseQuestion } from './modern-inputs.ts';
import type { LogLevel } from './modern-request.ts';
import { serverInfoOf } from './modern-text.ts';

/** How long a session that nobody uses is kept for the next request, and how many are. */
const IDLE_MS = 30_000;
const MAX_IDLE = 64;
/** Requests that may be open at a time, those that listen or wait for their client among them: each may need a process of its own. */
export const MAX_OPEN = 1_000;
/** Those of clients that say the same of themselves: one that errs must leave room for the others. */
export const MAX_OPEN_OF_ONE = MAX_OPEN / 2;

/** Who uses a session at present. */
export interface SessionUser {
  onQuestion(envelope: RequestEnvelope): void;
  onNotification(text: string): void;
}

/** A conversation with a backend that one request has for itself at a time: what is asked on it belongs to that request. */
export class ModernSession {
  readonly backend: Backend;
  /** Whom it is for: the principal, and what the client says of itself. */
  readonly client: string;
  user: SessionUser | null = null;
  /** Something came that belongs to no request that is known: what else may come cannot be told, so nobody uses it again. */
  isSpoilt = false;
  readonly #session: BackendSession;
  readonly #onClose: (session: ModernSession) => void;
  readonly #closing = new AbortController();
  #serverInfo: string | null = null;
  #level: LogLevel | null = null;

  constructor(backend: Backend, profile: ClientProfile, client: string, onClose: (session: ModernSession) => void) {
    this.#onClose = onClose;
    this.backend = backend;
    this.client = client;
    this.#session = backend.open(profile, {
      onRequest: text => this.#onRequest(text),
      onNotification: text => this.user?.onNotification(text),
    });
    // Known at once where anything is kept. Whoever cannot do without asks for itself, and hears why there is none.
    this.initialized(this.#closing.signal).catch(() => null);
  }

  /** What the server said at `initialize`. @throws HoldfastError */
  async initialized(signal: AbortSignal): Promise<string> {
    const result = await this.#session.initializeResult(signal);
    this.#serverInfo = serverInfoOf(result);
    return result;
  }

  /** Raw name and version of the server, for its results; null while they are not known. */
  get serverInfo(): string | null {
    return this.#serverInfo;
  }

  request(text: string, options: CallOptions): Promise<string> {
    return this.#session.request(text, options);
  }

  /** Makes the server log what this request wants to see. One that has no such method logs as it likes. */
  async setLevel(level: LogLevel, options: CallOptions): Promise<void> {
    if (this.#level === level) return;
    await this.#session.request(request('"log-level"', 'logging/setLevel', { level }), options);
    this.#level = level;
  }

  respond(text: string): boolean {
    return this.#session.respond(text);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.user = null;
    this.isSpoilt = true;
    this.#closing.abort();
    this.#session.close();
    this.#onClose(this);
  }

  #onRequest(text: string): void {
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.envelope.kind !== 'request') return;
    if (this.user !== null) return this.user.onQuestion(parsed.envelope);
    this.isSpoilt = true;
    this.respond(refuseQuestion(parsed.envelope.id.raw, 'no request of the client is open that could be asked back'));
  }
}

/** Sessions between two requests: a process that a session has of its own is not started anew for each. */
export class ModernSessions {
  /** The one that has rested longest first. */
  readonly #idle = new Set<ModernSession>();
  readonly #busy = new Set<ModernSession>();
  readonly #room = new Budget(MAX_OPEN, MAX_OPEN_OF_ONE);
  readonly #expiry: Deadlines<ModernSession>;
  readonly #clock: Clock;
  readonly #maxIdle: number;
  #isClosed = false;

  constructor(clock: Clock, maxIdle = MAX_IDLE) {
    this.#clock = clock;
    this.#maxIdle = maxIdle;
    this.#expiry = new Deadlines(clock, session => this.#expire(session));
  }

  /** @throws HoldfastError RESOURCE_REQUESTS_FULL · TOOL_BAD_PARAMS */
  take(backend: Backend, principal: string, profile: ClientProfile): ModernSession {
    const client = JSON.stringify([principal, sorted(profile.capabilities), profile.clientInfo]);
    if (client.length > MAX_PROFILE) {
      const reason = `what the client says of itself is over ${MAX_PROFILE} characters`;
      throw new HoldfastError('TOOL_BAD_PARAMS', { details: { reason } });
    }
    const room = this.#room.of(client);
    if (!room.take(1)) {
      throw new HoldfastError('RESOURCE_REQUESTS_FULL', { details: { limit: MAX_OPEN, share: MAX_OPEN_OF_ONE } });
    }
    try {
      const session =
        this.#rested(backend, client) ?? new ModernSession(backend, profile, client, closed => this.#free(closed));
      this.#busy.add(session);
      return session;
    } catch (error) {
      room.give(1);
      throw error;
    }
  }

  /** The request has ended in good order. */
  giveBack(session: ModernSession): void {
    session.user = null;
    if (this.#isClosed || session.isSpoilt || this.#maxIdle === 0) return session.close();
    this.#free(session);
    for (const oldest of this.#idle) {
      if (this.#idle.size < this.#maxIdle) break;
      this.#expire(oldest);
    }
    this.#idle.add(session);
    this.#expiry.set(session, this.#clock.now() + IDLE_MS);
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#idle) this.#expire(session);
  }

  #rested(backend: Backend, client: string): ModernSession | null {
    for (const session of this.#idle) {
      if (session.client !== client || session.backend !== backend) continue;
      this.#forget(session);
      return session;
    }
    return null;
  }

  /** Nobody uses it any more. */
  #free(session: ModernSession): void {
    if (this.#busy.delete(session)) this.#room.of(session.client).give(1);
  }

  #expire(session: ModernSession): void {
    this.#forget(session);
    session.close();
  }

  #forget(session: ModernSession): void {
    this.#idle.delete(session);
    this.#expiry.delete(session);
  }
}

/** Capabilities are few and flat: their order is all that differs between equal ones. */
const sorted = (capabilities: ClientProfile['capabilities']): [string, unknown][] =>
  Object.entries(capabilities).sort(([a], [b]) => (a < b ? -1 : 1));
