import type { Clock } from '../session/clock.ts';
import { isStateless } from '../session/era.ts';
import { errorResponse, idKey, type MessageEnvelope, parseMessage, rawMember } from '../session/json-text.ts';
import type { Backend } from './backend.ts';
import { ClientSession } from './client-session.ts';
import type { Explain } from './modern-reply.ts';
import { RPC } from './modern-request.ts';
import { ModernStdio } from './modern-stdio.ts';
import { type LongLine, StdioPort, type StdioPortOptions } from './stdio-port.ts';

export interface ServeStdioOptions extends Omit<StdioPortOptions, 'onMessage'> {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly explain: Explain;
  /** Something went wrong that no client can be told. */
  readonly notice: (text: string) => void;
}

/** One client on a pair of streams, before a backend. Each of its messages is of the era that it says itself. */
export interface StdioClient {
  /** One line of it, without its end. */
  line(bytes: Buffer): void;
  longLine(line: LongLine): void;
  /** Requests that are owed an answer. */
  readonly inFlight: number;
  /** Resolves once every request so far is answered. */
  answered(): Promise<void>;
  /** The client is gone: its calls are cancelled. */
  close(): void;
}

/** A client that sends more before `initialize` is answered has to wait. */
const MAX_EARLY = 100;

export function serveStdio(options: ServeStdioOptions): StdioClient {
  return new Conversation(options);
}

class Conversation implements StdioClient {
  readonly #options: ServeStdioOptions;
  readonly #port: StdioPort;
  readonly #session: ClientSession;
  readonly #modern: ModernStdio;
  /** The `initialize` that is being answered, and what has come since: a script may write all its lines at once. */
  #beginning: { readonly key: string; readonly early: MessageEnvelope[] } | null = null;
  #waiting: (() => void)[] = [];

  constructor(options: ServeStdioOptions) {
    const { backend, clock, explain, notice, ...streams } = options;
    this.#options = options;
    this.#port = new StdioPort({ ...streams, onMessage: envelope => this.#take(envelope) });
    this.#session = new ClientSession({
      backend,
      explain,
      notice,
      keep: async () => {},
      wire: { send: text => this.#send(text), answer: (key, text) => this.#answer(key, text) },
    });
    this.#modern = new ModernStdio({ backend, clock, explain, notice, port: this.#port, onDone: () => this.#review() });
  }

  line(bytes: Buffer): void {
    this.#port.line(bytes);
  }

  longLine(line: LongLine): void {
    this.#port.longLine(line);
  }

  get inFlight(): number {
    return this.#session.inFlight + this.#modern.inFlight;
  }

  answered(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise(resolve => this.#waiting.push(resolve));
  }

  close(): void {
    this.#session.close();
    this.#modern.close();
  }

  #take(envelope: MessageEnvelope): void {
    if (envelope.kind === 'request') {
      const key = idKey(envelope.id.raw);
      if (this.#modern.isOpen(key) || this.#session.isOpen(key)) return this.#port.send(duplicate(envelope.id.raw));
      if (isStateless(envelope)) return this.#modern.take(envelope);
    } else if (envelope.kind === 'notification' && this.#isForModern(envelope)) return;
    this.#converse(envelope);
  }

  /** A notification says what it cancels, and need not say its era. */
  #isForModern(envelope: MessageEnvelope): boolean {
    const id = envelope.method === 'notifications/cancelled' ? rawMember(envelope, ['params', 'requestId']) : null;
    return (id !== null && this.#modern.cancel(idKey(id.raw))) || isStateless(envelope);
  }

  /** What is of the eras that begin with `initialize`. */
  #converse(envelope: MessageEnvelope): void {
    const isFirst = this.#beginning === null && envelope.kind === 'request' && envelope.method === 'initialize';
    if (isFirst) this.#beginning = { key: idKey(envelope.id.raw), early: [] };
    else if (this.#beginning !== null && envelope.method !== 'ping') {
      this.#beginning.early.push(envelope);
      if (this.#beginning.early.length >= MAX_EARLY) this.#options.input.pause();
      return;
    }
    this.#session.receive(envelope);
  }

  #send(text: string): void {
    if (this.#port.offer(text)) return;
    const parsed = parseMessage(text);
    if (parsed.ok && parsed.envelope.kind === 'request') this.#session.onUndelivered(parsed.envelope);
  }

  #answer(key: string, text: string | null): void {
    if (text !== null) this.#port.send(text);
    if (this.#beginning?.key === key) {
      const { early } = this.#beginning;
      this.#beginning = null;
      if (early.length >= MAX_EARLY) this.#options.input.resume();
      for (const envelope of early) this.#take(envelope);
    }
    this.#review();
  }

  #review(): void {
    if (this.inFlight > 0) return;
    const settled = this.#waiting;
    this.#waiting = [];
    for (const resolve of settled) resolve();
  }
}

const duplicate = (idRaw: string): string =>
  errorResponse(idRaw, RPC.invalidRequest, 'a request with this id is under way already');
