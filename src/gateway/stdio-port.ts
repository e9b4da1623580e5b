import { isUtf8 } from 'node:buffer';
import type { Readable, Writable } from 'node:stream';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type MessageEnvelope, oneLine, parseMessage } from '../session/json-text.ts';
import { RPC, refusalText } from './http-reply.ts';

/** A line that was too long to be kept; `LineFramer` finds it. */
export interface LongLine {
  readonly bytes: number;
  readonly id: string | null;
  readonly hasMethod: boolean;
}

export interface StdioPortOptions {
  readonly input: Pick<Readable, 'pause' | 'resume'>;
  readonly output: Writable;
  readonly maxLineBytes: number;
  /** Each message of the client that is one. */
  readonly onMessage: (envelope: MessageEnvelope) => void;
  /** The client cannot be told anything any more: it has closed its end of the output, or is dead. Called once. */
  readonly onGone: () => void;
}

/** A client that has left so much lying is told nothing that it can do without. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * A client on a pair of streams: one JSON-RPC message a line, and never anything else. Lines come from outside, which splits the
 * bytes. A client that does not read is not read either, so that it cannot make us keep more answers than it has calls under way.
 */
export class StdioPort {
  readonly #options: StdioPortOptions;
  #isGone = false;

  constructor(options: StdioPortOptions) {
    this.#options = options;
    options.output.on('drain', () => options.input.resume());
    for (const end of ['error', 'close']) options.output.on(end, () => this.#lose());
  }

  line(bytes: Buffer): void {
    // Invalid bytes would go on as something else than what came.
    if (!isUtf8(bytes)) return this.#refuse('null', 'its bytes are not UTF-8', RPC.parseError);
    const parsed = parseMessage(bytes.toString('utf8'));
    if (!parsed.ok) return this.#refuse('null', parsed.why, RPC.parseError);
    const { envelope } = parsed;
    if (envelope.kind !== 'batch') return this.#take(envelope);
    if (envelope.items.length === 0) this.#refuse('null', 'an empty array is no message', RPC.invalidRequest);
    for (const item of envelope.items) {
      const inner = parseMessage(item);
      if (inner.ok && inner.envelope.kind !== 'batch') this.#take(inner.envelope);
      else this.#refuse('null', 'an item of the array is no message', RPC.invalidRequest);
    }
  }

  longLine({ bytes, id, hasMethod }: LongLine): void {
    // An answer of the client has nobody to be told; its server waits no longer than its call does.
    if (id !== null && !hasMethod) return;
    const details = { bytes, limit: this.#options.maxLineBytes };
    const hint = 'send less at a time, or a path to read it from';
    const error = new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { details, hint, isHintOpen: true });
    this.send(refusalText(id ?? 'null', error));
  }

  /** What must arrive. */
  send(text: string): void {
    const isTaken = this.#options.output.write(`${oneLine(text)}\n`);
    // An output that has failed takes nothing either, and no `drain` would end the pause.
    if (!isTaken && this.#options.output.writableNeedDrain) this.#options.input.pause();
  }

  /** What the client can do without; false where it is not told, since it does not read. */
  offer(text: string): boolean {
    if (this.#options.output.writableLength > MAX_UNREAD_BYTES) return false;
    this.send(text);
    return true;
  }

  /** Whatever is left of its input is read to the end, which would not be seen in a pause. */
  #lose(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.input.resume();
    this.#options.onGone();
  }

  #take(envelope: MessageEnvelope): void {
    if (envelope.kind !== 'invalid') return this.#options.onMessage(envelope);
    const { id, value, reason } = envelope;
    const isUsable = typeof value.id === 'string' || typeof value.id === 'number';
    // Of two ids neither is the one that its sender waits for.
    this.#refuse(isUsable && id !== null && reason !== 'duplicate "id"' ? id.raw : 'null', reason, RPC.invalidRequest);
  }

  #refuse(idRaw: string, reason: string, code: number): void {
    this.send(refusalText(idRaw, new HoldfastError('TOOL_BAD_REQUEST', { details: { reason } }), code));
  }
}
