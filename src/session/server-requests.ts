import {
  answerWithId,
  errorResponse,
  idKey,
  type NotificationEnvelope,
  notification,
  parseMessage,
  type RequestEnvelope,
  rawMember,
  withId,
  withRequestId,
} from './json-text.ts';
import type { Asking, SessionHost } from './session-audience.ts';
import type { Upstream } from './upstream.ts';

/** JSON-RPC: internal error. */
const INTERNAL_ERROR = -32603;
/** More open questions than this are a server that does not wait for answers. */
export const MAX_ASKED = 1_000;

interface Asked extends Asking {
  readonly upstream: Upstream;
  readonly id: string;
}

/** Gives ids for questions: no two alike, also not over the runs of a manager, whose clients may still hold old ones. */
export function questionIds(random: () => number): () => number {
  // Half of what a client can count exactly is left for counting on.
  let last = Math.floor(random() * 2 ** 52);
  return () => ++last;
}

/**
 * What the server asks the client (sampling, elicitation, roots), under ids of our own: two lives of a server both begin to
 * count at 0, and an answer meant for the first must not reach the second.
 */
export class ServerRequests {
  readonly #open = new Map<number, Asked>();
  readonly #nextId: () => number;

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The request as the client may see it; null when too many are open. */
  take(envelope: RequestEnvelope, upstream: Upstream, asking: Asking): string | null {
    if (this.#open.size >= MAX_ASKED) return null;
    const id = this.#nextId();
    this.#open.set(id, { ...asking, upstream, id: envelope.id.raw });
    return withId(envelope, String(id));
  }

  /** Passes an answer of `client` on, or of any where it is absent; false when no question to it is open (any more). */
  answer(text: string, client?: SessionHost): boolean {
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.envelope.kind !== 'response' || parsed.envelope.id === null) return false;
    const id = Number(JSON.parse(parsed.envelope.id.raw));
    const asked = this.#open.get(id);
    if (asked === undefined || (client !== undefined && asked.client !== client)) return false;
    this.#open.delete(id);
    const refusal = parsed.envelope.result === null ? null : (asked.refusal?.() ?? null);
    return asked.upstream.tell(
      refusal === null ? answerWithId(parsed.envelope, asked.id) : errorResponse(asked.id, INTERNAL_ERROR, refusal),
    );
  }

  /** The client is gone: the server is told that nobody answers. */
  dismiss(client: SessionHost): void {
    for (const [id, asked] of this.#open) {
      if (asked.client !== client) continue;
      this.#open.delete(id);
      asked.upstream.tell(errorResponse(asked.id, INTERNAL_ERROR, 'the client is gone'));
    }
  }

  /** Passes a `notifications/cancelled` of the server about a question of its own to who was asked, with our id. */
  cancel(envelope: NotificationEnvelope, upstream: Upstream): void {
    const raw = rawMember(envelope, ['params', 'requestId'])?.raw;
    // Of an id that is neither string nor number no question can be.
    if (raw === undefined || !/^["\d-]/.test(raw)) return;
    const key = idKey(raw);
    for (const [id, asked] of this.#open) {
      if (asked.upstream !== upstream || idKey(asked.id) !== key) continue;
      this.#open.delete(id);
      asked.client.onNotification(withRequestId(envelope, String(id)));
      return;
    }
  }

  /** Forgets what a process asked that is gone now, and tells who was asked that no answer is wanted. */
  drop(upstream: Upstream): void {
    for (const [requestId, asked] of [...this.#open]) {
      if (asked.upstream !== upstream) continue;
      this.#open.delete(requestId);
      const why = { requestId, reason: 'the server has gone down' };
      asked.client.onNotification(notification('notifications/cancelled', why));
    }
  }
}
