import { Writable } from 'node:stream';
import { StdinQueue } from '../../src/process/stdin-queue.ts';
import { parseMessage, rawMember } from '../../src/session/json-text.ts';
import type { Upstream } from '../../src/session/upstream.ts';

export interface FakeServerOptions {
  /** Reads nothing until `read` is called: one message fills its pipe. */
  readonly deaf?: boolean;
  readonly maxQueue?: number;
}

/** The other end of a stdin, in this process: keeps each line that it is sent, and says what a test lets it say. */
export class FakeServer {
  /** Lines as they came. */
  readonly lines: string[] = [];
  readonly stdin: StdinQueue;
  readonly #unread: (() => void)[] = [];
  #isDeaf: boolean;
  #upstream: Upstream | null = null;

  constructor({ deaf = false, maxQueue = 256 }: FakeServerOptions = {}) {
    this.#isDeaf = deaf;
    const stream = new Writable({
      highWaterMark: deaf ? 1 : 1 << 20,
      decodeStrings: false,
      write: (chunk: unknown, _encoding, done) => {
        this.lines.push(...String(chunk).split('\n').slice(0, -1));
        if (this.#isDeaf) this.#unread.push(done);
        else done();
      },
    });
    this.stdin = new StdinQueue(stream, { maxMessages: maxQueue, maxLength: 1 << 20 });
  }

  /** Gives what the server says to this conversation. */
  speakTo(upstream: Upstream): this {
    this.#upstream = upstream;
    return this;
  }

  get upstream(): Upstream {
    if (this.#upstream === null) throw new Error('it speaks to nobody');
    return this.#upstream;
  }

  /** Reads all that waits, and from now on all that comes. */
  async read(): Promise<void> {
    this.#isDeaf = false;
    for (const done of this.#unread.splice(0)) done();
    await turn();
  }

  say(text: string): void {
    this.#upstream?.receive(Buffer.from(text));
  }

  /** Requests of this method that have come, as raw text. */
  asked(method: string): string[] {
    return this.lines.filter(line => {
      const parsed = parseMessage(line);
      return parsed.ok && parsed.envelope.kind !== 'batch' && parsed.envelope.method === method;
    });
  }

  /** Answers the last request of this method, with a raw result. */
  answer(method: string, resultRaw = '{}'): void {
    const line = this.asked(method).at(-1);
    if (line === undefined) throw new Error(`nobody has asked for ${method}`);
    this.say(`{"jsonrpc":"2.0","id":${idOf(line)},"result":${resultRaw}}`);
  }

  /** Answers the last request of this method with an error. */
  refuse(method: string, code: number, message = 'no'): void {
    this.say(
      `{"jsonrpc":"2.0","id":${idOf(this.asked(method).at(-1))},"error":{"code":${code},"message":"${message}"}}`,
    );
  }
}

/** Raw id of a line. */
export const idOf = (line: string | undefined): string =>
  (line === undefined ? null : rawMember(line, ['id'])?.raw) ?? 'missing';

/** Lets promises and stream events have their turn. */
export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
