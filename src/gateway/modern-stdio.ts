import { randomBytes } from 'node:crypto';
import type { Clock } from '../session/clock.ts';
import { idKey, type RequestEnvelope } from '../session/json-text.ts';
import type { Backend } from './backend.ts';
import type { Explain } from './modern-reply.ts';
import { checkRequest } from './modern-request.ts';
import { ModernService } from './modern-service.ts';
import { StdioReply } from './modern-stdio-reply.ts';
import { OneClient } from './one-client.ts';
import { Seal } from './seal.ts';
import type { StdioPort } from './stdio-port.ts';

export interface ModernStdioOptions {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly explain: Explain;
  readonly port: Pick<StdioPort, 'send' | 'offer'>;
  /** A request has been answered, or given up. */
  readonly onDone: () => void;
  /** Something went wrong that no client can be told. */
  readonly notice: (text: string) => void;
}

/** Whoever holds the other end of the streams. */
const PRINCIPAL = 'stdio';

/** The front for 2026-07-28 on a pair of streams, where requests have no headers, and answers no status and no stream of their own. */
export class ModernStdio {
  readonly #options: ModernStdioOptions;
  readonly #backend: OneClient;
  readonly #service: ModernService;
  readonly #open = new Map<string, { readonly reply: StdioReply; readonly isOwed: boolean }>();

  constructor(options: ModernStdioOptions) {
    this.#options = options;
    const { backend, clock, explain } = options;
    this.#backend = new OneClient(backend);
    // Calls that wait for their client end with this process, and so may their key; what is kept for the next request is in `OneClient`.
    this.#service = new ModernService({ clock, explain, seal: new Seal(randomBytes(32)), maxIdle: 0 });
  }

  /** Requests that are owed an answer: one that listens has it when it ends. */
  get inFlight(): number {
    let count = 0;
    for (const { isOwed } of this.#open.values()) if (isOwed) count++;
    return count;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** Takes a request, whose id no other has that is under way. */
  take(envelope: RequestEnvelope): void {
    const { port, onDone, notice } = this.#options;
    const id = envelope.id.raw;
    const key = idKey(id);
    const reply = new StdioReply({
      port,
      id,
      onDone: () => {
        this.#open.delete(key);
        onDone();
      },
      onBug: bug => notice(`a request could not be served: ${bug instanceof Error ? bug.stack : String(bug)}`),
    });
    this.#open.set(key, { reply, isOwed: envelope.method !== 'subscriptions/listen' });
    const checked = checkRequest(envelope);
    if (checked.ok)
      this.#service.serve({ backend: this.#backend, principal: PRINCIPAL, request: checked.request, reply });
    else reply.refuse(id, checked.refusal);
  }

  /** The client waits no more for the answer to this request; false where no such request is under way. */
  cancel(key: string): boolean {
    const found = this.#open.get(key);
    found?.reply.cancel();
    return found !== undefined;
  }

  close(): void {
    this.#service.close();
    this.#backend.close();
  }
}
