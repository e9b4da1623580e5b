import type { ServerResponse } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { Deadlines } from '../session/deadlines.ts';
import { errorResponse, oneLine } from '../session/json-text.ts';
import { type Refusal, RPC } from './modern-request.ts';

/** A client that has to wait this long for its answer is told that we are still there. */
export const QUIET_MS = 5_000;
const KEEP_ALIVE_MS = 15_000;
/** A reader that has left so much lying gets no more notifications. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const RETRY_AFTER_S = '5';

/** An error as this front's clients may see it. */
export type Explain = (error: HoldfastError) => RpcError;

/** The answer to one POST: JSON where the answer comes first, a stream of events where something comes before it, or nothing for a while. */
export class Reply {
  readonly #response: ServerResponse;
  readonly #beats: Deadlines<Reply>;
  readonly #now: () => number;
  readonly #mayStream: boolean;
  /** Resolves when nothing more will be said; rejects with what no client can help and nobody foresaw. */
  readonly done: Promise<void>;
  #isDone = false;
  #onGone: (() => void) | null = null;
  #settle: (bug?: unknown) => void = () => {};

  /** `beats` calls `beat` of each reply that is due. */
  constructor(response: ServerResponse, accept: string | undefined, beats: Deadlines<Reply>, now: () => number) {
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

  /** Called once if the client goes before it is answered; at once if it has gone already. */
  onGone(run: () => void): void {
    if (this.#isDone && !this.#response.writableEnded) run();
    else this.#onGone = run;
  }

  /** Says something before the answer; false where the client cannot hear it, or does not read. */
  notify(text: string): boolean {
    if (this.#isDone || !this.#mayStream || this.#response.writableLength > MAX_UNREAD_BYTES) return false;
    this.#open();
    this.#response.write(eventOf(text));
    return true;
  }

  /** The one answer. */
  answer(status: number, text: string): void {
    if (this.#isDone) return;
    this.#finish();
    if (this.#response.headersSent) {
      this.#response.end(eventOf(text));
      return;
    }
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    this.#response.writeHead(status, status === 429 ? { ...headers, 'Retry-After': RETRY_AFTER_S } : headers).end(text);
  }

  refuse(idRaw: string, { status, code, message, data }: Refusal): void {
    this.answer(status, errorResponse(idRaw, code, message, data));
  }

  /** Answers with why there is no answer. */
  fail(idRaw: string, error: unknown, explain: Explain): void {
    if (!(error instanceof HoldfastError)) {
      this.#settle(error);
      return this.answer(500, errorResponse(idRaw, RPC.internal, 'internal error'));
    }
    const { code, message, data } = explain(error);
    this.answer(error.code.endsWith('_FULL') ? 429 : 200, errorResponse(idRaw, code, message, data));
  }

  /** Ends a stream without an answer; where the client has left too much lying, with what lies there. */
  end(): void {
    if (this.#isDone) return;
    this.#finish();
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy();
    else this.#response.end();
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
