import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Outgoing, WriteOptions } from '../process/stdin-queue.ts';
import {
  type Envelope,
  type MessageEnvelope,
  type NotificationEnvelope,
  oneLine,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
  request,
} from './json-text.ts';

export interface UpstreamListener {
  /** The server asks the client something; `about` is our id of the call that it is for, where that is known. */
  onRequest(envelope: RequestEnvelope, about: number | null): void;
  onNotification(envelope: NotificationEnvelope): void;
  /** A valid message, whatever it says: proof of life. */
  onHeard(): void;
  /** An answer that nobody waits for (any more), or JSON that is no message. It is dropped. */
  onStray(why: string): void;
}

/** The way to a server: the stdin of a process, or an HTTP session. */
export interface Outlet {
  /** Messages that wait for the server to take them, and how many may. */
  readonly fullness: { readonly depth: number; readonly limit: number };
  /** One message without line breaks; null when too many wait, and nothing has been taken then. */
  write(line: string, options?: WriteOptions): Outgoing | null;
}

/** Stands between a conversation and a server that puts things in another way. */
export interface Translator {
  /** As `Outlet.write`, in our words. */
  write(line: string, options?: WriteOptions): Outgoing | null;
  /** A message of the server, in its words. */
  take(envelope: MessageEnvelope): void;
  /** Under which id of ours an answer is waited for that came under this one and cannot be used, or was lost alone; 0 where nobody waits for it. */
  spoiled(id: number, error: HoldfastError, wasLost: boolean): number;
  /** See `Upstream.forget`. */
  forget(id: number): void;
  close(): void;
}

/** What a translator has on both sides. */
export interface TranslatorEnds {
  readonly outlet: Outlet;
  readonly nextId: () => number;
  /** The server says this, in our words; `about` as in `UpstreamListener.onRequest`. */
  readonly hear: (envelope: MessageEnvelope, about?: number) => void;
  /** The request with this id of ours gets no answer. */
  readonly fail: (id: number, error: HoldfastError) => void;
}

/** Who waits for one answer. */
export interface Pending {
  onAnswer(envelope: ResponseEnvelope): void;
  /** `mayRepeat`: this answer alone was lost, and the request may be sent once more where that does no harm. */
  onLost(error: HoldfastError, mayRepeat?: boolean): void;
}

/**
 * The conversation with one process, or in one remote session, raw text in and out. It gives every request an id of its own, so that answers find their
 * way back whatever ids the callers chose; all else passes as it is. It ends with the process or session.
 */
export class Upstream {
  readonly #outlet: Outlet;
  #translator: Translator | null = null;
  readonly #listener: UpstreamListener;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  /** Why there is no process any more. */
  #end: HoldfastError | null = null;

  constructor(outlet: Outlet, listener: UpstreamListener) {
    this.#outlet = outlet;
    this.#listener = listener;
  }

  /** Takes one line of the server's stdout; false when it is no message at all. */
  receive(bytes: Buffer): boolean {
    const parsed = parseMessage(bytes.toString('utf8'));
    if (!parsed.ok) return false;
    this.take(parsed.envelope);
    return true;
  }

  /** Takes a message that has been parsed. */
  take(envelope: Envelope): void {
    // What a process still says after we have given it up concerns nobody.
    if (this.#end === null) this.#route(envelope);
  }

  /** From now on the server is spoken to by a translator. */
  translate(create: (ends: TranslatorEnds) => Translator): void {
    this.#translator = create({
      outlet: this.#outlet,
      nextId: () => this.nextId(),
      hear: (envelope, about) => this.#hear(envelope, about ?? null),
      fail: (id, error) => this.#takePending(id)?.onLost(error),
    });
  }

  /** Reserves the id under which a request will be sent. */
  nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }

  /** Sends a request that already carries `id`. Null when the server does not read and the queue is full, or when it is gone. */
  send(id: number, text: string, pending: Pending, options?: WriteOptions): Outgoing | null {
    if (this.#end !== null) return null;
    this.#pending.set(id, pending);
    const outgoing = (this.#translator ?? this.#outlet).write(oneLine(text), options);
    if (outgoing === null) this.#pending.delete(id);
    return outgoing;
  }

  /** Sends a notification or an answer; false when the queue is full. */
  tell(text: string): boolean {
    return (this.#translator ?? this.#outlet).write(oneLine(text)) !== null;
  }

  /** A request of our own. @throws HoldfastError RESOURCE_QUEUE_FULL, or what `abandon` is given. */
  ask(method: string, params?: object): Promise<ResponseEnvelope> {
    return new Promise((resolve, reject) => {
      const id = this.nextId();
      const outgoing = this.send(id, request(String(id), method, params), { onAnswer: resolve, onLost: reject });
      if (outgoing !== null) return;
      reject(this.#end ?? new HoldfastError('RESOURCE_QUEUE_FULL', { details: this.#outlet.fullness }));
    });
  }

  /** No answer to this request is wanted any more; one that still comes is dropped. */
  forget(id: number): void {
    this.#pending.delete(id);
    this.#translator?.forget(id);
  }

  /** The answer to `id` (raw JSON) came but cannot be used, or was lost alone. */
  spoil(id: string, error: HoldfastError, mayRepeat = false): void {
    const number = idOf(id);
    this.#takePending(this.#translator?.spoiled(number, error, mayRepeat) ?? number)?.onLost(error, mayRepeat);
  }

  /** The process is gone: nothing will be answered. */
  abandon(error: HoldfastError): void {
    this.#end = error;
    this.#translator?.close();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) pending.onLost(error);
  }

  #route(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'batch':
        for (const item of envelope.items) {
          const parsed = parseMessage(item);
          if (parsed.ok && parsed.envelope.kind !== 'batch') this.#route(parsed.envelope);
          else this.#listener.onStray('an item of a batch is no message');
        }
        return;
      case 'invalid':
        this.#listener.onStray(envelope.reason);
        // What was meant as an answer comes only once: its caller would wait in vain.
        if (envelope.method === null && envelope.id !== null) {
          this.spoil(envelope.id.raw, new HoldfastError('TOOL_BAD_ANSWER', { details: { reason: envelope.reason } }));
        }
        return;
      default:
        this.#listener.onHeard();
        if (this.#translator === null) this.#hear(envelope, null);
        else this.#translator.take(envelope);
    }
  }

  #hear(envelope: MessageEnvelope, about: number | null): void {
    switch (envelope.kind) {
      case 'request':
        return this.#listener.onRequest(envelope, about);
      case 'notification':
        return this.#listener.onNotification(envelope);
      case 'invalid':
        return this.#listener.onStray(envelope.reason);
      case 'response': {
        const pending = envelope.id === null ? undefined : this.#takePending(idOf(envelope.id.raw));
        if (pending === undefined) return this.#listener.onStray('an answer that nobody waits for');
        return pending.onAnswer(envelope);
      }
    }
  }

  #takePending(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

/** Our ids are whole numbers; a server that gives them back as strings is understood all the same. */
export function idOf(idRaw: string): number {
  const value: unknown = JSON.parse(idRaw);
  return typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
}
