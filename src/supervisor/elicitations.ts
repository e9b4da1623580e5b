import type { RequestEnvelope } from '../session/json-text.ts';

/** So many are remembered: that one is complete may be told long after it was asked, or never. */
const MAX = 1_000;

/** Which client has been asked to open an address, to be told alone when the matter is done. */
export class Elicitations<C> {
  readonly #clients = new Map<string, C>();

  asked(question: RequestEnvelope, client: C): void {
    const id = idOf(question.value.params);
    if (id === null) return;
    this.#clients.set(id, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > MAX && oldest !== undefined) this.#clients.delete(oldest);
  }

  /** Whose it was; null where that is not known. */
  completed(params: unknown): C | null {
    const id = idOf(params);
    if (id === null) return null;
    const client = this.#clients.get(id) ?? null;
    this.#clients.delete(id);
    return client;
  }
}

function idOf(params: unknown): string | null {
  const { elicitationId } = (params ?? {}) as { elicitationId?: unknown };
  return typeof elicitationId === 'string' ? elicitationId : null;
}
