import type { Clock, Timer } from '../process/clock.ts';
import type { WriteOptions } from '../process/stdin-queue.ts';
import { isStateless } from './era.ts';
import { type Envelope, parseMessage, type RequestEnvelope } from './json-text.ts';

/** A stream on which the answer has come may stay open for so long. */
const LINGER_MS = 2_000;

/** One message on its way to a remote server, and what has come of it. */
export class Post {
  readonly text: string;
  /** Null for what is no single message. */
  readonly method: string | null;
  /** Of a request: the id under which its answer comes, as text. */
  readonly key: string | null;
  /** A request of 2026-07-28 or later, which belongs to no session. */
  readonly stateless: RequestEnvelope | null;
  /** Of a `notifications/cancelled`: the request that is meant. */
  readonly cancels: string | null;
  /** Ends its request and its stream. */
  readonly controller = new AbortController();
  /** Nobody but us has asked. */
  readonly isOurs: boolean;
  /** The server has said that it did not take it. */
  isRefused = false;
  /** It was sent a second time, with other headers. */
  isCorrected = false;
  /** Of a list: where it goes on. */
  nextCursor: unknown;
  #linger: Timer | null = null;
  #isAnswered = false;
  #isWritten = false;
  readonly #onWritten: (() => void) | undefined;

  constructor(text: string, { onWritten }: WriteOptions, isOurs = false) {
    const parsed = parseMessage(text);
    const envelope = parsed.ok && parsed.envelope.kind !== 'batch' ? parsed.envelope : null;
    this.text = text;
    this.isOurs = isOurs;
    this.method = envelope?.method ?? null;
    this.key = envelope?.kind === 'request' ? keyOf(envelope.value.id) : null;
    this.stateless = envelope?.kind === 'request' && isStateless(envelope) ? envelope : null;
    const { requestId } = (envelope?.value.params ?? {}) as { requestId?: unknown };
    this.cancels = this.method === 'notifications/cancelled' ? keyOf(requestId) : null;
    this.#onWritten = onWritten;
  }

  get isWritten(): boolean {
    return this.#isWritten;
  }

  /** Nothing more is expected of it: it was answered, taken back, or wants no answer. */
  get isOver(): boolean {
    return this.key === null || this.#isAnswered || this.controller.signal.aborted;
  }

  answered(clock: Clock): void {
    this.#isAnswered = true;
    this.#linger ??= clock.setTimer(LINGER_MS, () => this.controller.abort());
  }

  /** Its streams are closed. */
  done(): void {
    this.#linger?.cancel();
  }

  written(): void {
    if (this.#isWritten) return;
    this.#isWritten = true;
    this.#onWritten?.();
  }

  /** False once it may have reached the server. */
  withdraw(): boolean {
    if (this.#isWritten && !this.isRefused) return false;
    this.controller.abort();
    return true;
  }
}

/** Which requests a message answers. A server that gives a number back as a string is understood all the same. */
export function answeredBy(envelope: Envelope): string[] {
  const values =
    envelope.kind === 'batch' ? (envelope.value as readonly { id?: unknown; method?: unknown }[]) : [envelope.value];
  return values.flatMap(value => (value?.method === undefined ? (keyOf(value?.id) ?? []) : []));
}

function keyOf(id: unknown): string | null {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
