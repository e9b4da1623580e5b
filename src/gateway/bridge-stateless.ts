import type { HoldfastError } from '../errors/holdfast-error.ts';
import {
  answerWithId,
  idKey,
  type NotificationEnvelope,
  type RequestEnvelope,
  type ResponseEnvelope,
  rawMember,
} from '../session/json-text.ts';
import { BridgeCalls, type Link } from './bridge-calls.ts';
import { BridgeListens, type BridgeListensOptions } from './bridge-listens.ts';

/**
 * The requests of a client of 2026-07-28, before managers that come and go: each is complete in itself, so that any manager takes it
 * as it is, and there is nothing to open first.
 */
export class BridgeStateless {
  readonly #calls: BridgeCalls;
  readonly #listens: BridgeListens;
  readonly #reply: BridgeListensOptions['reply'];

  constructor(options: BridgeListensOptions) {
    this.#calls = new BridgeCalls(options.clock, options.nextId);
    this.#listens = new BridgeListens(options);
    this.#reply = options.reply;
  }

  /** Requests that are not answered, but for those that only listen. */
  get size(): number {
    return this.#calls.size;
  }

  answered(): Promise<void> {
    return this.#calls.answered();
  }

  isOpen(key: string): boolean {
    return this.#calls.isOpen(key) || this.#listens.isOpen(key);
  }

  add(envelope: RequestEnvelope): void {
    if (envelope.method === 'subscriptions/listen') return this.#listens.add(envelope);
    const call = this.#calls.add(envelope, false, settled => this.#reply(envelope.id.raw, settled));
    // It goes on with a call that has asked, and serves once.
    if (rawMember(envelope, ['params', 'requestState']) !== null) call.hasAsked = true;
  }

  opened(link: Link): void {
    this.#calls.opened(link);
    this.#listens.opened(link);
  }

  lost(error: HoldfastError): void {
    this.#calls.lost(error);
    this.#listens.lost();
  }

  fail(error: HoldfastError): void {
    this.#calls.fail(error);
    this.#listens.fail(error);
  }

  end(): void {
    this.#calls.end();
    this.#listens.end();
  }

  /** False for what is no answer to any of these. */
  take(envelope: ResponseEnvelope): boolean {
    const call = this.#calls.take(envelope);
    if (call === null) return this.#listens.take(envelope);
    call.settle({ ok: true, text: answerWithId(envelope, call.id) });
    return true;
  }

  /** See `BridgeListens.broke`. */
  broke(id: string | null): boolean {
    return this.#listens.broke(id);
  }

  spoil(id: string | null, error: HoldfastError): boolean {
    return this.#calls.spoil(id, error) || this.#listens.spoil(id, error);
  }

  cancel(envelope: NotificationEnvelope): void {
    this.#calls.cancel(envelope);
    const id = rawMember(envelope, ['params', 'requestId'])?.raw;
    if (id !== undefined && /^["\d-]/.test(id)) this.#listens.cancel(idKey(id));
  }

  /** What the client hears of a notification, if anything. */
  hear(envelope: NotificationEnvelope): string | null {
    const told = this.#listens.hear(envelope);
    if (told !== undefined) return told;
    return this.#calls.isNews(envelope) ? envelope.text : null;
  }
}
