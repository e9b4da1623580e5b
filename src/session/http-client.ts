import type { IncomingMessage } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Outgoing, WriteOptions } from '../process/stdin-queue.ts';
import { readBody, readEvents, readExcerpt, type StreamEnd } from './http-body.ts';
import type { HttpConnectionSetup } from './http-connection.ts';
import { connectionLost, networkFault } from './http-errors.ts';
import { answeredBy, Post } from './http-post.ts';
import {
  EXCERPT_BYTES,
  HttpSession,
  hasEvents,
  isAway,
  isStream,
  type KnownSession,
  refusal,
  sessionLost,
  statusOf,
} from './http-session.ts';
import { keepStream, pauseBetween, RETRY_MS } from './http-stream.ts';
import { type Envelope, parseMessage } from './json-text.ts';
import type { OversizeEvent, SseEvent } from './sse-parser.ts';

/** A message that was sent; `key`: the id of a request, as text. */
export interface SentMessage {
  readonly key: string | null;
  readonly method: string | null;
}

export interface HttpListener {
  /** A message of the server, on whichever stream it came. */
  onMessage(envelope: Envelope): void;
  /** A message over the limit was skipped. */
  onOversize(message: OversizeEvent): void;
  /** The server sent something that is no message. */
  onNoise(why: string): void;
  /** One message was refused, or will not be answered; all else goes on. */
  onFailed(message: SentMessage, error: HoldfastError): void;
  /** The connection of one message that had been sent broke, and it may have run. Whether the session is still there is not known. */
  onBroken(message: SentMessage, error: HoldfastError): void;
  /** The session is gone, or the server. Once, and nothing after it. */
  onLost(error: HoldfastError): void;
}

export interface HttpClientSetup extends HttpConnectionSetup {
  readonly maxMessageBytes: number;
  /** So many messages may wait to be sent. */
  readonly maxQueue: number;
  /** A session that is there already. */
  readonly session?: KnownSession | undefined;
  /** Whether streams that break are taken up again; by default they are. Where only an end of the server breaks one, that is waiting in vain. */
  readonly resumes?: boolean;
}

/** So often in a row the server may be out of reach when a stream with an answer to come is to be taken up. */
const MAX_RESUMES = 2;
/**
 * One session with a remote server: the client's side of MCP's "Streamable HTTP" of 2025-03-26 to 2025-11-25, raw JSON-RPC in and out.
 * It ends when it is closed or lost; it never begins a session anew by itself.
 *
 * Of the messages it knows `initialize` (whose answer brings session id and version), `notifications/initialized` (which nothing may
 * overtake) and `notifications/cancelled` (which ends a stream).
 */
export class HttpClient {
  /** What 2026-07-28 wants to see in headers is not said here. */
  readonly isLegacy = true;
  readonly #session: HttpSession;
  readonly #setup: HttpClientSetup;
  readonly #listener: HttpListener;
  readonly #posts = new Set<Post>();
  /** Those that want an answer, by their ids. */
  readonly #requests = new Map<string, Post>();
  readonly #streams = new AbortController();
  /** Messages that have not left yet. */
  #unsent = 0;
  #isListening = false;
  #isOver = false;
  /** What must have arrived before anything else is sent. */
  #barrier: Promise<void> | null = null;

  constructor(setup: HttpClientSetup, listener: HttpListener) {
    this.#session = new HttpSession(setup, setup.session);
    this.#setup = setup;
    this.#listener = listener;
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
    if (this.#unsent >= this.#setup.maxQueue && options.isOwed !== true) return null;
    const post = new Post(text, options);
    const outgoing = { withdraw: () => post.withdraw() };
    // A message to a session that is over waits for the next one.
    if (this.#isOver) return outgoing;
    this.#posts.add(post);
    if (post.key !== null) this.#requests.set(post.key, post);
    this.#unsent++;
    const carried = this.#carry(post, this.#barrier);
    if (post.method === 'notifications/initialized') this.#barrier = carried;
    return outgoing;
  }

  /** Opens the stream for what the server says by itself, where it has one, and keeps it open. */
  async listen(): Promise<void> {
    await this.#barrier;
    try {
      await keepStream(this.#session, this.#setup.clock, this.#streams.signal, {
        onOpen: isOpen => {
          this.#isListening = isOpen;
        },
        read: async response => {
          const end = await this.#read(response);
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
    let isUnsent = true;
    const sent = () => {
      if (isUnsent) this.#unsent--;
      isUnsent = false;
    };
    try {
      await barrier;
      if (signal.aborted) return;
      const response = await this.#session.post(post.text, signal, () => {
        sent();
        post.written();
      });
      await this.#received(post, response);
      if (post.cancels === null) return;
      // It will not be answered any more, and its stream would stay open.
      this.#requests.get(post.cancels)?.controller.abort();
    } catch (error) {
      if (!signal.aborted) this.#broke(post, error);
    } finally {
      sent();
      post.done();
      this.#posts.delete(post);
      if (post.key !== null && this.#requests.get(post.key) === post) this.#requests.delete(post.key);
    }
  }

  /** One that has not left, or was not taken, tells that nobody is there; any other may be the only one. */
  #broke(post: Post, error: unknown): void {
    if (!post.isWritten || post.isRefused) return this.#lose(error);
    if (!this.#isOver) this.#listener.onBroken(post, networkFault(error, ''));
  }

  async #received(post: Post, response: IncomingMessage): Promise<void> {
    const status = statusOf(response);
    if (status < 200 || status > 299) return this.#refused(post, response);
    if (post.method === 'initialize') this.#session.began(response);
    if (hasEvents(response)) return this.#follow(post, response);
    const body = await readBody(response, this.#setup.maxMessageBytes);
    if (body.kind === 'oversize') this.#oversize(body);
    else if (body.kind === 'text' && body.text.trim() !== '') this.#deliver(body.text);
    else if (body.kind === 'broken' && !post.isOver) throw connectionLost('an answer broke off');
    // Some answer on the stream that is open anyway.
    if (post.isOver || (status === 202 && this.#isListening)) return;
    const reason = `HTTP status ${status} without the answer`;
    const isStart = post.method === 'initialize';
    this.#fail(
      post,
      new HoldfastError(isStart ? 'NETWORK_NO_ENDPOINT' : 'TOOL_BAD_ANSWER', { details: { status, reason } }),
    );
  }

  /** Reads the stream that a POST was answered with, and takes it up again where it breaks before the answer. */
  async #follow(post: Post, first: IncomingMessage): Promise<void> {
    const { signal } = post.controller;
    let position: string | null = null;
    let retryMs = RETRY_MS;
    let failures = 0;
    for (let response: IncomingMessage | null = first; ; ) {
      if (response !== null) {
        const end: StreamEnd = await this.#read(response);
        position = end.lastEventId ?? position;
        retryMs = end.retryMs ?? retryMs;
        if (end.events > 0 || end.lastEventId !== null) failures = 0;
      }
      if (post.isOver) return;
      if (position === null || this.#setup.resumes === false) throw connectionLost('a stream ended before the answer');
      await pauseBetween(this.#setup.clock, retryMs * 2 ** failures, signal);
      if (post.isOver) return;
      response = await this.#resume(position, signal, failures >= MAX_RESUMES);
      failures++;
    }
  }

  /** Null where the server is out of reach, and that may pass. */
  async #resume(lastEventId: string, signal: AbortSignal, isLastTry: boolean): Promise<IncomingMessage | null> {
    let response: IncomingMessage;
    try {
      response = await this.#session.get(signal, lastEventId);
    } catch (error) {
      if (signal.aborted || isLastTry) throw error;
      return null;
    }
    if (isStream(response)) return response;
    response.resume();
    if (statusOf(response) !== 404) {
      throw connectionLost(`a stream could not be taken up again (HTTP status ${statusOf(response)})`);
    }
    this.#lose(sessionLost());
    return null;
  }

  #read(response: IncomingMessage): Promise<StreamEnd> {
    return readEvents(response, this.#setup.maxMessageBytes, {
      onEvent: ({ type, data }: SseEvent) => {
        if (type === 'message' && data !== '') this.#deliver(data);
      },
      onOversize: event => this.#oversize(event),
    });
  }

  async #refused(post: Post, response: IncomingMessage): Promise<void> {
    const status = statusOf(response);
    const body = await readExcerpt(response, EXCERPT_BYTES);
    const hasSession = this.#session.hasId && post.method !== 'initialize';
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
    if (parsed.ok && post.key !== null && answeredBy(parsed.envelope).includes(post.key)) return this.#deliver(body);
    this.#fail(post, refusal(response, body));
  }

  #deliver(text: string): void {
    if (this.#isOver) return;
    const parsed = parseMessage(text);
    if (!parsed.ok) return this.#listener.onNoise(parsed.why);
    for (const key of answeredBy(parsed.envelope)) this.#answered(this.#requests.get(key), parsed.envelope);
    this.#listener.onMessage(parsed.envelope);
  }

  #answered(post: Post | undefined, { value }: Envelope): void {
    post?.answered(this.#setup.clock);
    if (post?.method !== 'initialize') return;
    const { result } = value as { result?: { protocolVersion?: unknown } | null };
    this.#session.agreed(result?.protocolVersion);
  }

  #oversize(message: OversizeEvent): void {
    if (this.#isOver) return;
    if (message.id !== null && !message.hasMethod) {
      this.#requests.get(String(JSON.parse(message.id)))?.answered(this.#setup.clock);
    }
    this.#listener.onOversize(message);
  }

  #fail(post: Post, error: HoldfastError): void {
    post.answered(this.#setup.clock);
    if (!this.#isOver) this.#listener.onFailed(post, error);
  }
}
