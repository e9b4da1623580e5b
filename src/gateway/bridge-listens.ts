import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Settled } from '../session/call.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { RESERVED } from '../session/era.ts';
import {
  idKey,
  type NotificationEnvelope,
  notification,
  type RequestEnvelope,
  type ResponseEnvelope,
  rawMember,
  splice,
  withId,
} from '../session/json-text.ts';
import type { Link } from './bridge-calls.ts';

/** A client's `subscriptions/listen`, for as long as the client wants it. */
interface Listen {
  readonly envelope: RequestEnvelope;
  /** Ours, at the present manager; null while no manager has it. */
  upstreamId: number | null;
  withdraw: () => boolean;
  /** The client has been told what it will hear of, and that is something. */
  isHeard: boolean;
}

export interface BridgeListensOptions {
  readonly clock: Clock;
  readonly nextId: () => number;
  /** What the client is answered, by the raw id of its request. */
  readonly reply: (idRaw: string, settled: Settled) => void;
}

const AGAIN_MS = 1_000;
const TAG = `${RESERVED}subscriptionId`;

/** What one client listens for, before managers that come and go: begun again at each next one, and the client notices nothing. */
export class BridgeListens {
  readonly #options: BridgeListensOptions;
  /** By the key of the client's id. */
  readonly #open = new Map<string, Listen>();
  readonly #again: Deadlines<Listen>;
  #link: Link | null = null;

  constructor(options: BridgeListensOptions) {
    this.#options = options;
    this.#again = new Deadlines(options.clock, listen => {
      if (this.#link !== null) this.#begin(listen, this.#link);
    });
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  add(envelope: RequestEnvelope): void {
    const listen: Listen = { envelope, upstreamId: null, withdraw: () => true, isHeard: false };
    this.#open.set(idKey(envelope.id.raw), listen);
    if (this.#link !== null) this.#begin(listen, this.#link);
  }

  opened(link: Link): void {
    this.#link = link;
    for (const listen of this.#open.values()) this.#begin(listen, link);
  }

  lost(): void {
    this.#link = null;
    for (const listen of this.#open.values()) {
      listen.upstreamId = null;
      this.#again.delete(listen);
    }
  }

  /** Nobody will come soon: whoever has heard nothing yet is told. */
  fail(error: HoldfastError): void {
    for (const listen of [...this.#open.values()]) {
      if (!listen.isHeard && listen.upstreamId === null) this.#settle(listen, { ok: false, error });
    }
  }

  end(): void {
    this.lost();
    this.#open.clear();
  }

  /** False for what is no answer to one of these. */
  take(envelope: ResponseEnvelope): boolean {
    const listen = this.#sent(envelope.id?.raw);
    if (listen === null) return false;
    // The manager has ended it, not the client: most often since it is about to end itself.
    if (listen.isHeard && envelope.error === null) this.#later(listen);
    else this.#settle(listen, { ok: true, text: this.#asTheClients(envelope, ['result', '_meta', TAG], listen) });
    return true;
  }

  /** Its connection broke; false where it is none of these. */
  broke(id: string | null): boolean {
    const listen = this.#sent(id);
    if (listen !== null) this.#later(listen);
    return listen !== null;
  }

  spoil(id: string | null, error: HoldfastError): boolean {
    const listen = this.#sent(id);
    if (listen !== null) this.#settle(listen, { ok: false, error });
    return listen !== null;
  }

  /** What the client hears of a notification: `undefined` where it belongs to none of these, null where it is no news. */
  hear(envelope: NotificationEnvelope): string | null | undefined {
    const listen = this.#sent(rawMember(envelope, ['params', '_meta', TAG])?.raw);
    if (listen === null) return undefined;
    if (envelope.method === 'notifications/subscriptions/acknowledged') {
      if (listen.isHeard) return null;
      const { notifications } = envelope.value.params as { notifications?: object | null };
      listen.isHeard = Object.keys(notifications ?? {}).length > 0;
    }
    return this.#asTheClients(envelope, ['params', '_meta', TAG], listen);
  }

  cancel(key: string): void {
    const listen = this.#open.get(key);
    if (listen === undefined) return;
    this.#forget(listen);
    if (listen.upstreamId === null || listen.withdraw()) return;
    this.#link?.write(notification('notifications/cancelled', { requestId: listen.upstreamId }));
  }

  #begin(listen: Listen, link: Link): void {
    const id = this.#options.nextId();
    listen.upstreamId = id;
    this.#again.delete(listen);
    // It was taken on before, whatever else waits.
    const outgoing = link.write(withId(listen.envelope, String(id)), { isOwed: true });
    listen.withdraw = () => outgoing?.withdraw() ?? true;
  }

  #later(listen: Listen): void {
    listen.upstreamId = null;
    this.#again.set(listen, this.#options.clock.now() + AGAIN_MS);
  }

  #sent(id: string | null | undefined): Listen | null {
    if (id == null) return null;
    for (const listen of this.#open.values()) if (String(listen.upstreamId) === id) return listen;
    return null;
  }

  /** The client knows it by its own id, also where that stands in the text. */
  #asTheClients(
    envelope: ResponseEnvelope | NotificationEnvelope,
    tag: readonly string[],
    { envelope: { id } }: Listen,
  ): string {
    const places = [envelope.id, rawMember(envelope, tag)].filter(place => place !== null);
    return splice(
      envelope.text,
      places.map(place => ({ ...place, with: id.raw })),
    );
  }

  #settle(listen: Listen, settled: Settled): void {
    this.#forget(listen);
    this.#options.reply(listen.envelope.id.raw, settled);
  }

  #forget(listen: Listen): void {
    this.#open.delete(idKey(listen.envelope.id.raw));
    this.#again.delete(listen);
  }
}
