import { Reply } from './modern-reply.ts';
import type { StdioPort } from './stdio-port.ts';

export interface StdioReplyOptions {
  readonly port: Pick<StdioPort, 'send' | 'offer'>;
  /** Raw id of the request. */
  readonly id: string;
  /** Nothing more will be said, and its answer is on its way, if it gets one. */
  readonly onDone: () => void;
  readonly onBug: (bug: unknown) => void;
}

/** The answer to one request on a stream that it shares with all others. */
export class StdioReply extends Reply {
  readonly #options: StdioReplyOptions;
  #state: 'open' | 'done' | 'cancelled' = 'open';
  #onGone: (() => void) | null = null;

  constructor(options: StdioReplyOptions) {
    super();
    this.#options = options;
  }

  override onGone(run: () => void): void {
    if (this.#state === 'cancelled') run();
    else if (this.#state === 'open') this.#onGone = run;
  }

  override notify(text: string): boolean {
    return this.#state === 'open' && this.#options.port.offer(text);
  }

  override answer(_status: number, text: string): void {
    this.#finish('done', text);
  }

  /** What cannot be closed is cancelled: the one use that servers have for this notification. */
  override end(): void {
    const params = `{"requestId":${this.#options.id},"reason":"it was not read"}`;
    this.#finish('done', `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`);
  }

  /** The client waits for no answer, and gets none. */
  cancel(): void {
    const onGone = this.#onGone;
    this.#finish('cancelled', null);
    onGone?.();
  }

  protected override report(bug: unknown): void {
    this.#options.onBug(bug);
  }

  #finish(state: 'done' | 'cancelled', lastWords: string | null): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#onGone = null;
    if (lastWords !== null) this.#options.port.send(lastWords);
    this.#options.onDone();
  }
}
