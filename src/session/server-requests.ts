import {
  answerWithId,
  idKey,
  type NotificationEnvelope,
  parseMessage,
  type RequestEnvelope,
  rawMember,
  withId,
  withRequestId,
} from './json-text.ts';
import type { Upstream } from './upstream.ts';

/** More open questions than this are a server that does not wait for answers. */
export const MAX_ASKED = 1_000;

interface Asked {
  readonly upstream: Upstream;
  readonly id: string;
}

/**
 * What the server asks the client (sampling, elicitation, roots), under ids of our own: two lives of a server both begin to
 * count at 0, and an answer meant for the first must not reach the second.
 */
export class ServerRequests {
  readonly #open = new Map<number, Asked>();
  #lastId = 0;

  /** The request as the client may see it; null when too many are open. */
  take(envelope: RequestEnvelope, upstream: Upstream): string | null {
    if (this.#open.size >= MAX_ASKED) return null;
    this.#lastId++;
    this.#open.set(this.#lastId, { upstream, id: envelope.id.raw });
    return withId(envelope, String(this.#lastId));
  }

  /** Passes the client's answer on; false when its question is not open (any more). */
  answer(text: string): boolean {
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.envelope.kind !== 'response' || parsed.envelope.id === null) return false;
    const id = Number(JSON.parse(parsed.envelope.id.raw));
    const asked = this.#open.get(id);
    if (asked === undefined) return false;
    this.#open.delete(id);
    return asked.upstream.tell(answerWithId(parsed.envelope, asked.id));
  }

  /** A `notifications/cancelled` of the server about a question of its own, with our id; null when it is not open. */
  cancel(envelope: NotificationEnvelope, upstream: Upstream): string | null {
    const raw = rawMember(envelope, ['params', 'requestId'])?.raw;
    // Of an id that is neither string nor number no question can be.
    if (raw === undefined || !/^["\d-]/.test(raw)) return null;
    const key = idKey(raw);
    for (const [id, asked] of this.#open) {
      if (asked.upstream !== upstream || idKey(asked.id) !== key) continue;
      this.#open.delete(id);
      return withRequestId(envelope, String(id));
    }
    return null;
  }

  /** Forgets what a process asked that is gone now, and says which of our ids the client need not answer. */
  drop(upstream: Upstream): number[] {
    const dropped = [...this.#open].filter(([, asked]) => asked.upstream === upstream).map(([id]) => id);
    for (const id of dropped) this.#open.delete(id);
    return dropped;
  }
}
