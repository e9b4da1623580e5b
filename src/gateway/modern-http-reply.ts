import type { ServerResponse } from 'node:http';
import type { Deadlines } from '../session/deadlines.ts';
import { oneLine } from '../session/json-text.ts';
import { Reply } from './modern-reply.ts';

/** A client that has to wait this long for its answer is told that we are still there. */
export const QUIET_MS = 5_000;
const KEEP_ALIVE_MS = 15_000;
/** A reader that has left so much lying gets no more notifications. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const RETRY_AFTER_S = '5';

/** The answer to one POST: JSON where the answer comes first, a stream of events where something comes before it, or nothing for a while. */
export class HttpReply extends Reply {
  readonly #response: ServerResponse;
  readonly #beats: Deadlines<HttpReply>;
  readonly #now: () => number;
  readonly #mayStream: boolean;
  /** Resolves when nothing more will be said; rejects with what no client can help and nobody foresaw. */
  readonly done: Promise<void>;
  #isDone = false;
  #onGone: (() => void) | null = null;
  #settle: (bug?: unknown) => void = () => {};

  /** `beats` calls `beat` of each reply that is due. */
  constructor(response: ServerResponse, accept: string | undefined, beats: Deadlines<HttpReply>, now: () => number) {
    super();
    this.#response = response;
    this.#beats = beats;
    this.#now = now;
    this.done = new Promise((resolve, reject) => {
      this.#settle = bug => (bug === undefined ? resolve() : reject(bug));
    });
    this.#mayStream = accept === undefined || /text\/event-stream|\*\/\*/.test(accept);
    response.once('close', () => this.#closed());
    // A client that hangs up while we write is not a failure; `close` follows.
    response.on('error', () => {});
    if (this.#mayStream) beats.set(this, now() + QUIET_MS);
  }

  get mayStream(): boolean {
    return this.#mayStream;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  override onGone(run: () => void): void {
    if (this.#isDone && !this.#response.writableEnded) run();
    else this.#onGone = run;
  }

  override notify(text: string): boolean {
    if (this.#isDone || !this.#mayStream || this.#response.writableLength > MAX_UNREAD_BYTES) return false;
    this.#open();
    this.#response.write(eventOf(text));
    return true;
  }

  override answer(status: number, text: string): void {
    if (this.#isDone) return;
    this.#finish();
    if (this.#response.headersSent) {
      this.#response.end(eventOf(text));
      return;
    }
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    this.#response.writeHead(status, status === 429 ? { ...headers, 'Retry-After': RETRY_AFTER_S } : headers).end(text);
  }

  /** Where the client has left too much lying, with what lies there. */
  override end(): void {
    if (this.#isDone) return;
    this.#finish();
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy();
    else this.#response.end();
  }

  protected override report(bug: unknown): void {
    this.#settle(bug);
  }

  /** Opens the stream, if it is not open, so that the client sees that it is served. */
  beat(): void {
    if (this.#isDone) return;
    this.#open();
    // A comment that nobody reads need not be repeated.
    if (this.#response.writableLength === 0) this.#response.write(':\n\n');
    this.#beats.set(this, this.#now() + KEEP_ALIVE_MS);
  }

  #open(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
  }

  #finish(): void {
    this.#isDone = true;
    this.#beats.delete(this);
    this.#onGone = null;
    this.#settle();
  }

  #closed(): void {
    if (this.#isDone) return;
    const onGone = this.#onGone;
    this.#finish();
    onGone?.();
  }
}

const eventOf = (text: string): string => `event: message\ndata: ${oneLine(text)}\n\n`;
