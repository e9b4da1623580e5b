import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { Outgoing, WriteOptions } from '../process/stdin-queue.ts';
import { RESERVED, type Wrapper, wrapped } from './era.ts';
import type { Handshake } from './handshake.ts';
import type { Member } from './json-members.ts';
import {
  type MessageEnvelope,
  type NotificationEnvelope,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
  request,
  withId,
  withRequestId,
} from './json-text.ts';
import { ModernListening } from './modern-listening.ts';
import { type Leg, ModernRounds, wantsInput } from './modern-rounds.ts';
import { idOf, type Translator, type TranslatorEnds } from './upstream.ts';

export interface ModernTranslatorOptions {
  readonly wrapper: Wrapper;
  readonly handshake: Handshake;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/** Requests whose answer may be that the server wants to know something first. */
const MAY_ASK = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** An id that no request has. */
const NOBODY = 0;

/** Taken, and never on its way to the server as it is. */
const TAKEN: Outgoing = { withdraw: () => false };

/**
 * Speaks 2026-07-28 with a server for a session that speaks 2025-11-25. Requests get what each must carry, `input_required`
 * becomes questions, subscriptions become one `subscriptions/listen`; the log level is kept here, and a ping is `server/discover`.
 */
export class ModernTranslator implements Translator {
  readonly #ends: TranslatorEnds;
  readonly #wrapper: Wrapper;
  readonly #onNotice: (text: string) => void;
  readonly #listening: ModernListening;
  readonly #rounds: ModernRounds;
  /** By our id of the call. */
  readonly #legs = new Map<number, Leg>();
  /** By the id under which the server has it, where that is another. */
  readonly #later = new Map<number, Leg>();
  #logLevel: string | null = null;

  constructor(ends: TranslatorEnds, { wrapper, handshake, clock, onNotice }: ModernTranslatorOptions) {
    this.#ends = ends;
    this.#wrapper = wrapper;
    this.#onNotice = onNotice;
    const send = (text: string) => void ends.outlet.write(this.#wrapped(text), { isOwed: true });
    const hear = (text: string) => this.#hear(text);
    const { capabilities } = handshake;
    this.#listening = new ModernListening({
      capabilities,
      clock,
      onNotice,
      nextId: ends.nextId,
      send,
      tell: text => void ends.outlet.write(text, { isOwed: true }),
      hear,
    });
    this.#rounds = new ModernRounds({
      clock,
      nextId: ends.nextId,
      ask: (text, leg) => this.#hear(text, leg.id),
      tell: hear,
      goOn: (leg, answers) => this.#goOn(leg, answers),
      giveUp: (leg, error) => this.#giveUp(leg, error),
    });
    this.#listening.start();
  }

  write(line: string, options: WriteOptions = {}): Outgoing | null {
    const parsed = parseMessage(line);
    switch (parsed.ok ? parsed.envelope.kind : 'invalid') {
      case 'request':
        return this.#request((parsed as { envelope: RequestEnvelope }).envelope, options);
      case 'notification':
        return this.#notification((parsed as { envelope: NotificationEnvelope }).envelope, options);
      case 'response':
        if (this.#rounds.answered((parsed as { envelope: ResponseEnvelope }).envelope)) return TAKEN;
    }
    return this.#ends.outlet.write(line, options);
  }

  take(envelope: MessageEnvelope): void {
    if (this.#listening.take(envelope)) return;
    if (envelope.kind !== 'response' || envelope.id === null) return this.#ends.hear(envelope);
    const id = idOf(envelope.id.raw);
    const leg = this.#later.get(id) ?? this.#legs.get(id);
    this.#later.delete(id);
    const wants = wantsInput(envelope);
    if (leg === undefined) {
      if (!wants) return this.#ends.hear(envelope);
      const reason = 'it asks for input where none can be given';
      return this.#ends.fail(id, new HoldfastError('TOOL_BAD_ANSWER', { details: { reason } }));
    }
    // A second answer, while the client is asked or the server has the call again. To take it would end or begin the call twice.
    if (leg.wireId !== id) return this.#onNotice('dropped a message: another answer to a call that goes on');
    leg.wireId = null;
    if (wants) return this.#rounds.begin(leg, envelope);
    this.#legs.delete(leg.id);
    if (leg.id === id) this.#ends.hear(envelope);
    else this.#hear(withId(envelope, String(leg.id)));
  }

  spoiled(id: number, error: HoldfastError, wasLost: boolean): number {
    if (this.#listening.broke(id, wasLost ? null : error)) return id;
    const leg = this.#later.get(id) ?? this.#legs.get(id);
    if (leg === undefined) return id;
    if (leg.wireId !== id) return NOBODY;
    this.forget(leg.id);
    return leg.id;
  }

  forget(id: number): void {
    const leg = this.#legs.get(id);
    if (leg === undefined) return;
    this.#legs.delete(id);
    if (leg.wireId !== null) this.#later.delete(leg.wireId);
    this.#rounds.end(leg, 'no answer is wanted any more');
  }

  close(): void {
    this.#listening.close();
    this.#rounds.close();
    this.#legs.clear();
    this.#later.clear();
  }

  #request(envelope: RequestEnvelope, options: WriteOptions): Outgoing | null {
    const { level, uri } = (envelope.value.params ?? {}) as { level?: unknown; uri?: unknown };
    const id = idOf(envelope.id.raw);
    switch (envelope.method) {
      case 'ping':
        return this.#ends.outlet.write(this.#wrapped(request(envelope.id.raw, 'server/discover')), options);
      case 'logging/setLevel':
        this.#logLevel = typeof level === 'string' ? level : this.#logLevel;
        options.onWritten?.();
        queueMicrotask(() => this.#hear(`{"jsonrpc":"2.0","id":${id},"result":{}}`));
        return TAKEN;
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        options.onWritten?.();
        this.#listening.change({ id, uri: String(uri), isWanted: envelope.method === 'resources/subscribe' });
        return TAKEN;
    }
    const outgoing = this.#ends.outlet.write(this.#wrapped(envelope.text), options);
    if (outgoing !== null && MAY_ASK.has(envelope.method)) {
      this.#legs.set(id, { id, wireId: id, text: envelope.text, rounds: 0 });
    }
    return outgoing;
  }

  #notification(envelope: NotificationEnvelope, options: WriteOptions): Outgoing | null {
    const { requestId } = (envelope.value.params ?? {}) as { requestId?: unknown };
    switch (envelope.method) {
      case 'notifications/cancelled': {
        const leg = this.#legs.get(Number(requestId));
        // Between two rounds the server has nothing that could be cancelled.
        if (leg?.wireId === null) return TAKEN;
        const text = leg === undefined ? envelope.text : withRequestId(envelope, String(leg.wireId));
        return this.#ends.outlet.write(text, options);
      }
      // What it is about is said by each request, or asked for anew.
      case 'notifications/initialized':
      case 'notifications/roots/list_changed':
        return TAKEN;
      default:
        return this.#ends.outlet.write(envelope.text, options);
    }
  }

  /** The call once more, with what the server wanted to know. */
  #goOn(leg: Leg, answers: readonly Member[]): void {
    leg.wireId = this.#ends.nextId();
    this.#later.set(leg.wireId, leg);
    const text = this.#wrapped(withId(leg.text, String(leg.wireId)), answers);
    if (this.#ends.outlet.write(text, { isOwed: true }) !== null) return;
    this.#giveUp(leg, new HoldfastError('RESOURCE_QUEUE_FULL', { details: this.#ends.outlet.fullness }));
  }

  #giveUp(leg: Leg, error: HoldfastError): void {
    this.forget(leg.id);
    this.#ends.fail(leg.id, error);
  }

  #wrapped(text: string, added: readonly Member[] = []): string {
    const level = this.#logLevel;
    const wrapper: Wrapper =
      level === null ? this.#wrapper : [...this.#wrapper, [`${RESERVED}logLevel`, JSON.stringify(level)]];
    return wrapped(text, wrapper, added);
  }

  /** Something that we say in the server's name. */
  #hear(text: string, about?: number): void {
    const parsed = parseMessage(text);
    if (parsed.ok && parsed.envelope.kind !== 'batch') this.#ends.hear(parsed.envelope, about);
  }
}
