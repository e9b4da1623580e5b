import type { IncomingMessage } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Outgoing, WriteOptions } from '../process/stdin-queue.ts';
import { readBody, readExcerpt } from './http-body.ts';
import type { HttpConnectionSetup } from './http-connection.ts';
import { connectionLost, networkFault } from './http-errors.ts';
import { HttpInbox } from './http-inbox.ts';
import type { HttpListener } from './http-listener.ts';
import { answeredBy, Post } from './http-post.ts';
import {
  EXCERPT_BYTES,
  HttpSession,
  hasEvents,
  isAway,
  type KnownSession,
  refusal,
  sessionLost,
  statusOf,
} from './http-session.ts';
import { followStream, keepStream } from './http-stream.ts';
import { parseMessage, request } from './json-text.ts';
import { modernHeaders } from './modern-headers.ts';
import { serverErrorOf } from './server-error.ts';
import { ToolMarks } from './tool-marks.ts';

export interface HttpClientSetup extends HttpConnectionSetup {
  readonly maxMessageBytes: number;
  /** So many messages may wait to be sent. */
  readonly maxQueue: number;
  /** A session that is there already. */
  readonly session?: KnownSession | undefined;
  /** Whether streams that break are taken up again; by default they are. Where only an end of the server breaks one, that is waiting in vain. */
  readonly resumes?: boolean;
}

/** A server whose list of tools goes on and on is not asked for more. */
const MAX_PAGES = 100;
/** JSON-RPC: the headers of a request do not say what its body says. */
const HEADER_MISMATCH = -32020;
/** Nobody is told, and nobody need be. */
const SETTLED: Outgoing = { withdraw: () => false };

/**
 * The way to a remote server: the client's side of MCP's "Streamable HTTP", raw JSON-RPC in and out. For 2025-03-26 to 2025-11-25 it is
 * one session, which ends when it is closed or lost; it never begins one anew by itself. Requests of 2026-07-28 belong to no session:
 * each stands alone, with headers of its own, and is cancelled by closing its stream.
 *
 * Of the messages it knows `initialize` (whose answer brings session id and version), `notifications/initialized` (which nothing may
 * overtake), `notifications/cancelled` (which ends a stream) and `tools/list` (which says what headers a call must have).
 */
export class HttpClient {
  readonly #session: HttpSession;
  readonly #setup: HttpClientSetup;
  readonly #listener: HttpListener;
  readonly #posts = new Set<Post>();
  readonly #marks = new ToolMarks();
  readonly #inbox: HttpInbox;
  readonly #streams = new AbortController();
  /** Messages that have not left yet. */
  #unsent = 0;
  #lastOwnId = 0;
  #isListening = false;
  #isOver = false;
  /** What must have arrived before anything else is sent. */
  #barrier: Promise<void> | null = null;

  constructor(setup: HttpClientSetup, listener: HttpListener) {
    const { clock, maxMessageBytes } = setup;
    this.#session = new HttpSession(setup, setup.session);
    this.#setup = setup;
    this.#listener = listener;
    this.#inbox = new HttpInbox({ session: this.#session, marks: this.#marks, listener, clock, maxMessageBytes });
  }

  /** What another connection needs to go on with this session. */
  get known(): KnownSession {
    return this.#session.known;
  }

  /** Messages that wait to be sent, and how many may. */
  get fullness(): { depth: number; limit: number } {
    return { depth: this.#unsent, limit: this.#setup.maxQueue };
  }

  /** Sends one message. It can be taken back until it has left; null when too many wait, and nothing has been taken then. */
  write(text: string, options: WriteOptions = {}): Outgoing | null {
    const post = new Post(text, options);
    const outgoing = { withdraw: () => post.withdraw() };
    // A message to a session that is over waits for the next one.
    if (this.#isOver) return outgoing;
    const cancelled = this.#inbox.find(post.cancels);
    // Without a session there are no notifications and no answers of a client: closing its stream cancels a request.
    if (cancelled?.stateless != null || (post.key === null && !this.#session.isAgreed)) {
      cancelled?.controller.abort();
      post.written();
      return SETTLED;
    }
    if (this.#unsent >= this.#setup.maxQueue && options.isOwed !== true) return null;
    const carried = this.#carry(post, this.#barrier);
    if (post.method === 'notifications/initialized') this.#barrier = carried;
    return outgoing;
  }

  /** Opens the stream for what the server says by itself, where it has one, and keeps it open. */
  async listen(): Promise<void> {
    await this.#barrier;
    if (!this.#session.isAgreed) return;
    try {
      await keepStream(this.#session, this.#setup.clock, this.#streams.signal, {
        onOpen: isOpen => {
          this.#isListening = isOpen;
        },
        read: async response => {
          const end = await this.#inbox.read(response);
          if (this.#setup.resumes === false && !this.#isOver) throw connectionLost('the stream of the session ended');
          return end;
        },
      });
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Ends the session, and tells the server within `ms`; 0 does not. Every socket is closed when this resolves. */
  close(ms: number): Promise<void> {
    this.#end();
    return this.#session.end(ms);
  }

  #end(): void {
    this.#isOver = true;
    this.#inbox.close();
    this.#streams.abort();
    for (const post of this.#posts) post.controller.abort();
  }

  /** The first reason counts. What has not left, or was refused, stays with its sender. */
  #lose(cause: unknown): void {
    if (this.#isOver) return;
    const error = networkFault(cause, '');
    this.#isOver = true;
    this.#listener.onLost(error);
    this.#end();
  }

  async #carry(post: Post, barrier: Promise<void> | null): Promise<void> {
    const { signal } = post.controller;
    this.#posts.add(post);
    this.#inbox.expect(post);
    this.#unsent++;
    let isUnsent = true;
    const sent = () => {
      if (isUnsent) this.#unsent--;
      isUnsent = false;
    };
    try {
      await barrier;
      if (signal.aborted) return;
      const response = await this.#send(post, () => {
        sent();
        post.written();
      });
      await this.#received(post, response);
      // It will not be answered any more, and its stream would stay open.
      this.#inbox.find(post.cancels)?.controller.abort();
    } catch (error) {
      if (!signal.aborted) this.#broke(post, error);
    } finally {
      sent();
      post.done();
      this.#posts.delete(post);
      this.#inbox.forget(post);
    }
  }

  #send({ text, stateless, controller }: Post, onWritten = () => {}): Promise<IncomingMessage> {
    const headers = stateless === null ? undefined : modernHeaders(stateless, this.#marks);
    return this.#session.post(text, controller.signal, onWritten, headers);
  }

  /** One that has not left, or was not taken, tells that nobody is there; any other may be the only one. */
  #broke(post: Post, error: unknown): void {
    if (!post.isWritten || post.isRefused) return this.#lose(error);
    if (!this.#isOver && !post.isOurs) this.#listener.onBroken(post, networkFault(error, ''));
  }

  async #received(post: Post, response: IncomingMessage): Promise<void> {
    const status = statusOf(response);
    if (status < 200 || status > 299) return this.#refused(post, response);
    if (post.method === 'initialize') this.#session.began(response);
    if (hasEvents(response)) {
      return followStream(this.#session, this.#setup.clock, post, response, {
        resumes: this.#setup.resumes !== false && post.stateless === null,
        read: one => this.#inbox.read(one),
        onSessionLost: () => this.#lose(sessionLost()),
      });
    }
    const body = await readBody(response, this.#setup.maxMessageBytes);
    if (body.kind === 'oversize') this.#inbox.oversize(body);
    else if (body.kind === 'text' && body.text.trim() !== '') this.#inbox.deliver(body.text);
    else if (body.kind === 'broken' && !post.isOver) throw connectionLost('an answer broke off');
    // Some answer on the stream that is open anyway.
    if (post.isOver || (status === 202 && this.#isListening)) return;
    const reason = `HTTP status ${status} without the answer`;
    const isStart = post.method === 'initialize';
    this.#inbox.fail(
      post,
      new HoldfastError(isStart ? 'NETWORK_NO_ENDPOINT' : 'TOOL_BAD_ANSWER', { details: { status, reason } }),
    );
  }

  async #refused(post: Post, response: IncomingMessage): Promise<void> {
    const status = statusOf(response);
    const body = await readExcerpt(response, EXCERPT_BYTES);
    const hasSession = this.#session.hasId && post.method !== 'initialize' && post.stateless === null;
    // Some say it with 400.
    const isForgotten = status === 404 || (status === 400 && /\bsession\b|not initialized/i.test(body));
    if (hasSession && isForgotten) {
      post.isRefused = true;
      throw sessionLost();
    }
    if (status === 401 || status === 407) {
      post.isRefused = true;
      throw refusal(response, body);
    }
    if (isAway(status)) throw refusal(response, body);
    const parsed = parseMessage(body);
    const code = parsed.ok ? serverErrorOf((parsed.envelope.value as { error?: unknown }).error).code : null;
    if (code === HEADER_MISMATCH && post.stateless?.method === 'tools/call' && (await this.#correct(post))) return;
    if (parsed.ok && post.key !== null && answeredBy(parsed.envelope).includes(post.key)) {
      return this.#inbox.deliver(body);
    }
    this.#inbox.fail(post, refusal(response, body));
  }

  /** A call that was refused for its headers goes out once more, where the tools as they are now want others. It has not run. */
  async #correct(post: Post): Promise<boolean> {
    const { stateless, controller } = post;
    if (stateless === null || post.isCorrected) return false;
    post.isCorrected = true;
    const sent = JSON.stringify(modernHeaders(stateless, this.#marks));
    const { _meta } = stateless.value.params as { _meta?: Record<string, unknown> };
    const { progressToken: _, ...meta } = _meta ?? {};
    let cursor: unknown;
    let listing: Post | null = null;
    controller.signal.addEventListener('abort', () => listing?.controller.abort(), { once: true });
    for (let page = 0; page === 0 || (typeof cursor === 'string' && page < MAX_PAGES); page++) {
      const params = { ...(page === 0 ? {} : { cursor }), _meta: meta };
      listing = new Post(request(`"holdfast-${++this.#lastOwnId}"`, 'tools/list', params), {}, true);
      await this.#carry(listing, null);
      if (controller.signal.aborted) return true;
      cursor = listing.nextCursor;
    }
    if (JSON.stringify(modernHeaders(stateless, this.#marks)) === sent) return false;
    await this.#received(post, await this.#send(post));
    return true;
  }
}
