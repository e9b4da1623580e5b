import type { ServerResponse } from 'node:http';
import { replyJson } from './http-reply.ts';
import type { EventStream } from './sse.ts';

/** A client that has to wait so long for its answer is told that we are still there. */
const QUIET_MS = 5_000;

export interface ReplyOptions {
  readonly response: ServerResponse;
  /** `idKey` of each request of the POST. */
  readonly keys: readonly string[];
  readonly isBatch: boolean;
  readonly acceptsJson: boolean;
  readonly acceptsStream: boolean;
  /** Whether a stream begins with an event that has an id and no message. */
  readonly primes: boolean;
  readonly now: () => number;
  readonly openStream: () => EventStream;
}

/** The answer to one POST: JSON where the answers come first, a stream where something comes before them, or nothing for a while. */
export class LegacyReply {
  readonly #options: ReplyOptions;
  readonly #missing: Set<string>;
  readonly #answers: string[] = [];
  readonly #since: number;
  /** Resolves once every request is answered. */
  readonly done: Promise<void>;
  #settle: () => void = () => {};
  #stream: EventStream | null = null;
  #isGone = false;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#missing = new Set(options.keys);
    this.#since = options.now();
    this.done = new Promise(resolve => {
      this.#settle = resolve;
    });
    options.response.once('close', () => {
      this.#isGone = true;
    });
  }

  /** Whether what is said now reaches the client at once. */
  get isLive(): boolean {
    return !this.#isGone && this.#options.acceptsStream;
  }

  /** Says something that belongs to a request of this POST; false where its client cannot hear it here. */
  say(text: string): boolean {
    if (this.#stream === null && !this.isLive) return false;
    this.#streamed().send(text);
    return true;
  }

  /** `instead` is kept for a client that has lost its stream, where the answer is too long for that. */
  answer(key: string, text: string | null, instead: () => string): void {
    this.#missing.delete(key);
    if (text !== null) {
      if (this.#stream !== null) this.#stream.send(text, instead);
      else this.#answers.push(text);
    }
    if (this.#missing.size === 0) this.#finish();
  }

  /** To be called now and then. */
  tick(): void {
    if (this.#stream === null && this.isLive && this.#options.now() - this.#since >= QUIET_MS) this.#streamed();
  }

  #streamed(): EventStream {
    if (this.#stream !== null) return this.#stream;
    const stream = this.#options.openStream();
    this.#stream = stream;
    stream.connect(this.#options.response, this.#options.primes);
    for (const answer of this.#answers.splice(0)) stream.send(answer);
    return stream;
  }

  #finish(): void {
    this.#settle();
    const { response, isBatch, acceptsJson } = this.#options;
    if (this.#stream === null && this.#isGone) return;
    if (this.#stream === null && acceptsJson && this.#answers.length > 0) {
      const text = isBatch ? `[${this.#answers.join(',')}]` : (this.#answers[0] ?? '');
      return replyJson(response, 200, text);
    }
    // Nothing to say is an empty stream: the client has cancelled, and waits for no answer.
    this.#streamed().end();
  }
}
