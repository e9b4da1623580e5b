import type { Writable } from 'node:stream';

/** One message on its way into a server's stdin. */
export interface Outgoing {
  /** Takes the message back; false when it has been handed to the stream already and may arrive. */
  withdraw(): boolean;
}

export interface WriteOptions {
  /** Called once the message has been handed to the stream. */
  readonly onWritten?: (() => void) | undefined;
  /** It waits also where the queue is full: it was taken on before, and is only sent again. */
  readonly isOwed?: boolean | undefined;
}

interface Entry {
  readonly line: string;
  readonly onWritten: (() => void) | undefined;
}

export interface StdinQueueOptions {
  /** At most this many messages wait for a server that does not read. */
  readonly maxMessages: number;
  /** At most this many characters wait, in all. */
  readonly maxLength: number;
}

/**
 * Backpressure towards the server. Messages go straight to the stream until that asks to wait, and then queue here, bounded.
 * A message counts as written once it has been handed to the stream; up to then it can be withdrawn and sent to a later life.
 */
export class StdinQueue {
  readonly #stream: Writable;
  readonly #options: StdinQueueOptions;
  #waiting: Entry[] = [];
  #length = 0;
  #isClosed = false;

  constructor(stream: Writable, options: StdinQueueOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on('drain', () => this.#flush());
  }

  /** Messages that wait for the server to read, and how many may. */
  get fullness(): { depth: number; limit: number } {
    return { depth: this.#waiting.length, limit: this.#options.maxMessages };
  }

  /** Null when the queue is full; nothing has been taken then. */
  write(line: string, { onWritten, isOwed = false }: WriteOptions = {}): Outgoing | null {
    const entry: Entry = { line, onWritten };
    if (this.#waiting.length === 0 && this.#canWrite()) {
      this.#hand(entry);
      return { withdraw: () => false };
    }
    const isFull =
      this.#waiting.length >= this.#options.maxMessages || this.#length + line.length > this.#options.maxLength;
    if (isFull && !isOwed) return null;
    this.#waiting.push(entry);
    this.#length += line.length;
    return { withdraw: () => this.#withdraw(entry) };
  }

  /** Ends the stream after what has been handed to it; what waits here is dropped. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#length = 0;
    if (!this.#stream.destroyed) this.#stream.end();
  }

  #canWrite(): boolean {
    return !this.#isClosed && this.#stream.writable && !this.#stream.writableNeedDrain;
  }

  #flush(): void {
    while (this.#canWrite()) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      this.#length -= entry.line.length;
      this.#hand(entry);
    }
  }

  #hand(entry: Entry): void {
    // Two writes would be two system calls for a small message; a copy of a small one costs less, and V8 ropes make it lazy.
    this.#stream.write(`${entry.line}\n`);
    entry.onWritten?.();
  }

  #withdraw(entry: Entry): boolean {
    const at = this.#waiting.indexOf(entry);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    this.#length -= entry.line.length;
    return true;
  }
}
