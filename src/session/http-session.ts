import type { IncomingMessage } from 'node:http';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import { firstOf } from '../process/wait.ts';
import { LEGACY_VERSIONS } from './handshake.ts';
import { HttpConnection, type HttpConnectionSetup } from './http-connection.ts';
import { connectionLost, statusFault } from './http-errors.ts';

const EVENTS = 'text/event-stream';
/** So much is read of the body of a refusal. */
export const EXCERPT_BYTES = 16_384;

/** A session that another connection may go on with. */
export interface KnownSession {
  readonly id: string | null;
  readonly version: string | null;
}

/** What goes with every request of one session: its id, and the version that was agreed on. */
export class HttpSession {
  readonly #connection: HttpConnection;
  readonly #clock: HttpConnectionSetup['clock'];
  #id: string | null;
  #version: string | null;

  constructor(setup: HttpConnectionSetup, { id, version }: KnownSession = { id: null, version: null }) {
    this.#id = id;
    this.#version = version;
    this.#connection = new HttpConnection(setup);
    this.#clock = setup.clock;
  }

  /** Whether the server has given it an id, without which there is nothing to lose. */
  get hasId(): boolean {
    return this.#id !== null;
  }

  /** Whether `initialize` was taken; else all that is said is said by requests that are complete in themselves. */
  get isAgreed(): boolean {
    return this.#version !== null;
  }

  get known(): KnownSession {
    return { id: this.#id, version: this.#version };
  }

  /** The answer to `initialize` begins. */
  began({ headers }: IncomingMessage): void {
    const id = headers['mcp-session-id'];
    // Visible ASCII, or it is none: it goes back as a header.
    this.#id = typeof id === 'string' && /^[\x21-\x7e]{1,1024}$/.test(id) ? id : null;
  }

  /** `initialize` is answered; by its error, or another revision, there is no session. */
  agreed(version: unknown): void {
    this.#version = LEGACY_VERSIONS.find(known => known === version) ?? null;
  }

  /** `own`: the headers of a message that belongs to no session. */
  post(
    body: string,
    signal: AbortSignal,
    onWritten: () => void,
    own?: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    const headers = {
      ...(own ?? this.#headers()),
      'content-type': 'application/json',
      accept: `application/json, ${EVENTS}`,
    };
    return this.#connection.send('POST', { headers, body, signal, onWritten });
  }

  /** A stream of events; from where another broke off, with its last event's id. */
  get(signal: AbortSignal, lastEventId: string | null): Promise<IncomingMessage> {
    const position = lastEventId === null ? {} : { 'last-event-id': lastEventId };
    return this.#connection.send('GET', { headers: { ...this.#headers(), accept: EVENTS, ...position }, signal });
  }

  /** Tells the server within `ms` that the session is over; 0 does not. Every socket is closed when this resolves. */
  async end(ms: number): Promise<void> {
    const headers = this.#headers();
    const isTold = this.#id === null || ms === 0;
    // A second end has nobody to tell any more.
    this.#id = null;
    if (!isTold) {
      const controller = new AbortController();
      const told = this.#connection
        .send('DELETE', { headers, signal: controller.signal })
        // A server that is gone, or lets no client end a session (405), need not be told.
        .then(
          response => void response.resume(),
          () => {},
        );
      await firstOf(this.#clock, ms, told);
      controller.abort();
    }
    this.#connection.destroy();
  }

  #headers(): Record<string, string> {
    return {
      ...(this.#id === null ? {} : { 'mcp-session-id': this.#id }),
      ...(this.#version === null ? {} : { 'mcp-protocol-version': this.#version }),
    };
  }
}

const SESSION_LOST = 'the remote server does not know our session any more';
export const sessionLost = (): HoldfastError => connectionLost(SESSION_LOST);
export const isSessionLost = ({ details }: HoldfastError): boolean => details.why === SESSION_LOST;

export function refusal(response: IncomingMessage, body: string): HoldfastError {
  const { location, 'retry-after': retryAfter } = response.headers;
  return statusFault({ status: statusOf(response), retryAfter, location, body });
}

export const statusOf = (response: IncomingMessage): number => response.statusCode ?? 0;

/** Whoever stands before the server cannot reach it. */
export const isAway = (status: number): boolean => status >= 502 && status <= 504;

export function isStream(response: IncomingMessage): boolean {
  return statusOf(response) === 200 && hasEvents(response);
}

export function hasEvents({ headers }: IncomingMessage): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith(EVENTS);
}
