import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Outgoing, WriteOptions } from '../process/stdin-queue.ts';
import {
  type Envelope,
  type NotificationEnvelope,
  oneLine,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
  request,
} from './json-text.ts';

export interface UpstreamListener {
  /** The server asks the client something. */
  onRequest(envelope: RequestEnvelope): void;
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

  /** Reserves the id under which a request will be sent. */
  nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }

  /** Sends a request that already carries `id`. Null when the server does not read and the queue is full, or when it is gone. */
  send(id: number, text: string, pending: Pending, options?: WriteOptions): Outgoing | null {
    if (this.#end !== null) return null;
    this.#pending.set(id, pending);
    const outgoing = this.#outlet.write(oneLine(text), options);
    if (outgoing === null) this.#pending.delete(id);
    return outgoing;
  }

  /** Sends a notification or an answer; false when the queue is full. */
  tell(text: string): boolean {
    return this.#outlet.write(oneLine(text)) !== null;
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
  }

  /** The answer to `id` (raw JSON) came but cannot be used, or was lost alone. */
  spoil(id: string, error: HoldfastError, mayRepeat = false): void {
    this.#take(id)?.onLost(error, mayRepeat);
  }

  /** The process is gone: nothing will be answered. */
  abandon(error: HoldfastError): void {
    this.#end = error;
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
      case 'request':
        this.#listener.onHeard();
        return this.#listener.onRequest(envelope);
      case 'notification':
        this.#listener.onHeard();
        return this.#listener.onNotification(envelope);
      case 'response': {
        this.#listener.onHeard();
        const pending = envelope.id === null ? undefined : this.#take(envelope.id.raw);
        if (pending === undefined) return this.#listener.onStray('an answer that nobody waits for');
        return pending.onAnswer(envelope);
      }
    }
  }

  #take(idRaw: string): Pending | undefined {
    // Our ids are whole numbers; a server that gives them back as strings is understood all the same.
    const value: unknown = JSON.parse(idRaw);
    const id = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
