import { isObject } from '../config/is-object.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock, Timer } from '../process/clock.ts';
import { RESERVED } from './era.ts';
import { errorResponse, type MessageEnvelope, notification, request } from './json-text.ts';
import { serverErrorOf } from './server-error.ts';
import { idOf } from './upstream.ts';

/** A wish to hear of a resource, or to hear of it no more. */
export interface Change {
  /** Ours, of the request that is answered with what came of it. */
  readonly id: number;
  readonly uri: string;
  readonly isWanted: boolean;
}

export interface ModernListeningOptions {
  /** The server's. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
  readonly nextId: () => number;
  /** Sends a request to the server. */
  readonly send: (text: string) => void;
  /** Sends it a notification. */
  readonly tell: (text: string) => void;
  /** Says something to the session. */
  readonly hear: (text: string) => void;
}

/** One that the server has ended, or that was lost on its way, is begun again after this time, which doubles while nothing comes of it. */
const AGAIN_MS = { ended: 5_000, lost: 1_000 } as const;
const MAX_AGAIN_MS = 60_000;
const INVALID_PARAMS = -32602;

const LISTS = [
  ['tools', 'toolsListChanged'],
  ['prompts', 'promptsListChanged'],
  ['resources', 'resourcesListChanged'],
] as const;

/**
 * The one `subscriptions/listen` to a server. What it covers is fixed when it begins, so every change begins another one, and the old
 * one ends only when that is heard: nothing is missed, nothing is heard twice.
 */
export class ModernListening {
  readonly #options: ModernListeningOptions;
  /** What changes of lists the server tells. */
  readonly #lists: Readonly<Record<string, true>>;
  readonly #uris = new Set<string>();
  /** The one that is heard. */
  #current: number | null = null;
  /** The one before it; some servers have a last word on it. */
  #previous: number | null = null;
  /** The next one, until the server has acknowledged it, and what depends on it. */
  #opening: { readonly id: number; readonly changes: readonly Change[] } | null = null;
  #waiting: Change[] = [];
  #isScheduled = false;
  /** So often in a row it has not come to be heard. */
  #failures = 0;
  /** Nobody has listened for a while. */
  #hasMissed = false;
  #again: Timer | null = null;
  #isClosed = false;

  constructor(options: ModernListeningOptions) {
    this.#options = options;
    this.#lists = Object.fromEntries(
      LISTS.flatMap(([name, field]) => {
        const offered = options.capabilities[name];
        return isObject(offered) && offered.listChanged === true ? [[field, true] as const] : [];
      }),
    );
  }

  start(): void {
    if (Object.keys(this.#lists).length > 0) this.#schedule();
  }

  change(change: Change): void {
    if (change.isWanted) this.#uris.add(change.uri);
    else this.#uris.delete(change.uri);
    this.#waiting.push(change);
    this.#schedule();
  }

  /** True for what concerns the listening alone. */
  take(envelope: MessageEnvelope): boolean {
    if (envelope.kind === 'response' && envelope.id !== null)
      return this.#answered(idOf(envelope.id.raw), envelope.value);
    if (envelope.kind !== 'notification') return false;
    const { _meta, notifications } = (envelope.value.params ?? {}) as { _meta?: unknown; notifications?: unknown };
    const tag = isObject(_meta) ? _meta[`${RESERVED}subscriptionId`] : undefined;
    if (envelope.method === 'notifications/subscriptions/acknowledged') {
      if (this.#opening !== null && Number(tag) === this.#opening.id) this.#acknowledged(this.#opening, notifications);
      return true;
    }
    // Of two that overlap, only one is heard.
    return tag !== undefined && Number(tag) !== this.#current;
  }

  /** A listening was lost on its way, or refused there with an error. False where it was none of these. */
  broke(id: number, refusal: HoldfastError | null): boolean {
    if (id !== this.#opening?.id) return this.#ended(id, 'lost');
    if (refusal !== null) return this.#refused(this.#opening.changes, null, refusal.message);
    this.#waiting.unshift(...this.#opening.changes);
    this.#opening = null;
    this.#later('lost');
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.cancel();
  }

  /** Changes of the same moment begin one listening together. */
  #schedule(): void {
    if (this.#isScheduled || this.#opening !== null || this.#isClosed) return;
    this.#isScheduled = true;
    this.#again?.cancel();
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (!this.#isClosed) this.#open();
    });
  }

  #open(): void {
    const changes = this.#waiting.splice(0);
    const uris = [...this.#uris];
    const notifications = { ...this.#lists, ...(uris.length > 0 ? { resourceSubscriptions: uris } : {}) };
    if (Object.keys(notifications).length === 0) {
      this.#replace(null);
      for (const { id } of changes) this.#agree(id);
      return;
    }
    const id = this.#options.nextId();
    this.#opening = { id, changes };
    this.#options.send(request(String(id), 'subscriptions/listen', { notifications }));
  }

  #acknowledged(
    { id, changes }: { readonly id: number; readonly changes: readonly Change[] },
    honoured: unknown,
  ): void {
    const uris = isObject(honoured) ? honoured.resourceSubscriptions : undefined;
    this.#opening = null;
    this.#failures = 0;
    this.#replace(id);
    // What changed in between nobody has told; who has read the lists again says whether it did.
    for (const [name, field] of this.#hasMissed ? LISTS : [])
      if (this.#lists[field]) this.#options.hear(notification(`notifications/${name}/list_changed`));
    this.#hasMissed = false;
    for (const change of changes) {
      if (!change.isWanted || (Array.isArray(uris) && uris.includes(change.uri))) this.#agree(change.id);
      else this.#refuse(change, INVALID_PARAMS, 'the server does not tell of changes of this resource');
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** The server has answered a listening, which ends it. */
  #answered(id: number, { error }: { readonly error?: unknown }): boolean {
    if (id !== this.#opening?.id) return this.#ended(id, 'ended');
    const { code, message } = serverErrorOf(error);
    return this.#refused(this.#opening.changes, code, message ?? 'the server does not tell of changes');
  }

  #refused(changes: readonly Change[], code: number | string | null, why: string): true {
    this.#options.onNotice(`the server refused subscriptions/listen: ${why}`);
    this.#opening = null;
    for (const change of changes) {
      if (change.isWanted) this.#refuse(change, typeof code === 'number' ? code : INVALID_PARAMS, why);
      else this.#agree(change.id);
    }
    if (this.#waiting.length > 0) this.#schedule();
    // It has listened before: that may pass.
    else if (this.#current === null && this.#hasMissed) this.#later('ended');
    return true;
  }

  #ended(id: number, how: keyof typeof AGAIN_MS): boolean {
    if (id !== this.#current) return id === this.#previous;
    this.#current = null;
    this.#hasMissed = true;
    if (this.#opening === null) this.#later(how);
    return true;
  }

  #later(how: keyof typeof AGAIN_MS): void {
    const ms = Math.min(MAX_AGAIN_MS, AGAIN_MS[how] * 2 ** this.#failures++);
    this.#again?.cancel();
    this.#again = this.#options.clock.setTimer(ms, () => this.#schedule());
  }

  #replace(id: number | null): void {
    const before = this.#current;
    this.#current = id;
    if (before === null) return;
    this.#previous = before;
    this.#options.tell(notification('notifications/cancelled', { requestId: before, reason: 'another one has begun' }));
  }

  #agree(id: number): void {
    this.#options.hear(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
  }

  #refuse({ id, uri }: Change, code: number, why: string): void {
    this.#uris.delete(uri);
    this.#options.hear(errorResponse(String(id), code, why));
  }
}
