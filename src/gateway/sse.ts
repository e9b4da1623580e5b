import type { ServerResponse } from 'node:http';
import { oneLine } from '../session/json-text.ts';
import type { Allowance } from './budget.ts';

/** An event with one message as its data. */
const eventOf = (id: string, text: string): string => `id: ${id}\nevent: message\ndata: ${oneLine(text)}\n\n`;

/** How long a client waits before it comes again, once it has lost a stream. Both SDKs come twice: a restart must fit in between. */
const RETRY_MS = 5_000;
const KEEP_ALIVE_MS = 15_000;
/** A reader that has left so much lying is cut off; it may resume. */
const MAX_UNREAD = 4 * 1024 * 1024;
/** Kept of one stream, for a client that comes back; sizes are in characters. */
const MAX_KEPT_EVENTS = 1_000;
const MAX_KEPT_SIZE = 4 * 1024 * 1024;

interface Kept {
  readonly seq: number;
  readonly event: string;
  readonly text: string;
}

export interface EventStreamOptions {
  /** What the ids of its events begin with. */
  readonly mark: string;
  /** What follows the number in them. */
  readonly tail?: string;
  /** Of what all streams may keep. */
  readonly budget: Allowance;
  readonly now: () => number;
  /** A message that nobody was sent is given up, since too many are kept. */
  readonly onDropped: (text: string) => void;
  /** All has been said and sent, and nothing is kept any more. */
  readonly onDone: () => void;
}

/** A stream of events that outlives its connections: what one has missed, the next one gets, within bounds. */
export class EventStream {
  readonly #options: EventStreamOptions;
  #kept: Kept[] = [];
  #keptSize = 0;
  #response: ServerResponse | null = null;
  #seq = 0;
  /** The newest event that has been given to a connection. */
  #written = 0;
  #isEnded = false;
  #saidAt = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#response !== null;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Goes on through this connection, in place of the one before: after the event with number `after`, or with what nobody was sent
   * yet. `primes` gives the client an id to come back with, before there is anything to say; earlier revisions cannot read that.
   */
  connect(response: ServerResponse, primes: boolean, after: number | null = null): void {
    // A client that has hung up meanwhile would never be seen to go.
    if (response.destroyed) return;
    const before = this.#response;
    this.#response = response;
    before?.end();
    response.once('close', () => {
      if (this.#response !== response) return;
      this.#response = null;
      if (this.#isEnded && response.writableFinished) this.discard();
    });
    // A client that hangs up while we write is no failure; `close` follows.
    response.on('error', () => {});
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    const from = after ?? this.#written;
    if (primes) response.write(`id: ${this.#idOf(from)}\nretry: ${RETRY_MS}\ndata: \n\n`);
    else response.flushHeaders();
    this.#saidAt = this.#options.now();
    for (const { seq, event } of this.#kept) if (seq > from) this.#write(seq, event);
    if (this.#isEnded) this.#response?.end();
  }

  /** `instead` is kept for a client that is not there, where the text is too long for that. */
  send(text: string, instead?: () => string): void {
    this.#seq++;
    const event = eventOf(this.#idOf(this.#seq), text);
    const isKept = this.#keep(text, event) || (instead !== undefined && this.#keep(instead()));
    if (this.#response !== null) this.#write(this.#seq, event);
    else if (!isKept) this.#options.onDropped(text);
  }

  /** Nothing more will be said. What was not sent is kept for a client that comes back. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#response !== null) this.#response.end();
    else if (this.#seq === 0) this.discard();
  }

  /** Ends the connection, and forgets everything. */
  discard(): void {
    this.#options.budget.give(this.#keptSize);
    this.#kept = [];
    this.#keptSize = 0;
    const response = this.#response;
    this.#response = null;
    this.#isEnded = true;
    response?.end();
    this.#options.onDone();
  }

  /** Whether everything after this event was sent, or is still there to be. */
  hasAfter(seq: number): boolean {
    return !this.#isEnded || this.#kept.some(kept => kept.seq > seq);
  }

  /** To be called now and then. */
  tick(): void {
    const response = this.#response;
    if (response === null || this.#options.now() - this.#saidAt < KEEP_ALIVE_MS) return;
    this.#saidAt = this.#options.now();
    // A comment that nobody reads need not be repeated.
    if (response.writableLength === 0) response.write(':\n\n');
  }

  #idOf(seq: number): string {
    return `${this.#options.mark}${seq}${this.#options.tail ?? ''}`;
  }

  #write(seq: number, event: string): void {
    const response = this.#response;
    if (response === null) return;
    if (response.writableLength > MAX_UNREAD) {
      this.#response = null;
      response.destroy();
      return;
    }
    response.write(event);
    this.#written = Math.max(this.#written, seq);
    this.#saidAt = this.#options.now();
  }

  #keep(text: string, event = eventOf(this.#idOf(this.#seq), text)): boolean {
    const size = event.length;
    if (size > MAX_KEPT_SIZE) return false;
    while (this.#kept.length >= MAX_KEPT_EVENTS || this.#keptSize + size > MAX_KEPT_SIZE) this.#dropOldest();
    if (!this.#options.budget.take(size)) return false;
    this.#kept.push({ seq: this.#seq, event, text });
    this.#keptSize += size;
    return true;
  }

  #dropOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    this.#keptSize -= oldest.event.length;
    this.#options.budget.give(oldest.event.length);
    if (oldest.seq > this.#written) this.#options.onDropped(oldest.text);
  }
}
