import type { Clock } from '../process/clock.ts';
import {
  type Catalogue,
  type Item,
  isSame,
  LIST_KINDS,
  LISTS,
  type ListDiff,
  type ListKind,
  listKindOf,
} from './catalogue.ts';
import { Coalesced } from './coalesced.ts';
import type { Era } from './era.ts';
import type { NotificationEnvelope, RequestEnvelope } from './json-text.ts';
import { fetchList } from './lists.ts';
import type { Upstream } from './upstream.ts';

/** Keeps the last good catalogue. */
export interface CatalogueStore {
  load(): Catalogue;
  save(catalogue: Catalogue): void;
  /** What the server was last found to speak. */
  readonly era?: () => Era;
  /** What it loads was read for a client to whom the server may offer other things. */
  readonly isOfOther?: boolean;
}

export interface SessionListsSetup {
  readonly store: CatalogueStore;
  readonly clock: Clock;
  /** Whether the server said that it has such a list. */
  readonly offers: (kind: ListKind) => boolean;
  readonly onCatalogue: (kind: ListKind, diff: ListDiff, announced: boolean) => void;
  readonly onNotice: (text: string) => void;
  /** A list has changed, and the server has not said so. */
  readonly onSilentChange: (method: string) => void;
  /** The server has said that lists have changed, and they have been read. */
  readonly onAnnounced: (envelope: NotificationEnvelope, isNews: boolean) => void;
}

/** A list that changes without end is read this often. */
const REREAD_PAUSE_MS = 100;

/** What the announcement of a change makes us read. */
const ANNOUNCED: Readonly<Record<string, readonly ListKind[]>> = {
  'notifications/tools/list_changed': ['tools'],
  'notifications/resources/list_changed': ['resources', 'resourceTemplates'],
  'notifications/prompts/list_changed': ['prompts'],
};

/** The lists of one session: read from the server, believed, kept, and served while it is down. */
export class SessionLists {
  readonly catalogue: Catalogue;
  readonly #setup: SessionListsSetup;
  /** By the method that announces the change. */
  readonly #rereads = new Map<string, Coalesced>();
  /** What is known of them is what the server offered another client. */
  readonly #ofOther = new Set<ListKind>();

  constructor(setup: SessionListsSetup) {
    this.#setup = setup;
    this.catalogue = setup.store.load();
    if (setup.store.isOfOther === true) this.handOver();
  }

  /** The next lists are for another client: what is different in them is no change, though clients hear of it who know the old ones. */
  handOver(): void {
    for (const kind of LIST_KINDS) this.#ofOther.add(kind);
  }

  /** Reads a list from the server, without believing it yet. */
  fetch(upstream: Upstream, kind: ListKind, onPage?: () => void): Promise<Item[]> {
    return this.#setup.offers(kind) ? fetchList(upstream, kind, onPage) : Promise.resolve([]);
  }

  /** See `Session.accept`. */
  accept(kind: ListKind, items: readonly Item[], announced: boolean): boolean {
    const isFirst = this.catalogue.list(kind) === null;
    const diff = this.catalogue.replace(kind, items);
    const isOfOther = this.#ofOther.delete(kind);
    if (isSame(diff) && !isFirst) return false;
    this.#keep();
    if (isSame(diff)) return false;
    if (!isOfOther) this.#setup.onCatalogue(kind, diff, announced);
    // A client that has never seen a list has nothing to be told, and what the server announced it is told by the server's words.
    if (!isFirst && !announced) this.#setup.onSilentChange(`notifications/${LISTS[kind].capability}/list_changed`);
    return true;
  }

  /** The answer to a request for a list from the catalogue, in the server's own words; null for anything else, or a list that was never read. */
  answer(envelope: RequestEnvelope): string | null {
    const kind = listKindOf(envelope.method);
    const cursor = (envelope.value.params as { cursor?: unknown } | undefined)?.cursor;
    const result = kind === null || cursor !== undefined ? null : this.catalogue.result(kind);
    return result === null ? null : `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":${result}}`;
  }

  /** Where the server says that lists have changed: the catalogue follows, then the clients are told. False for anything else. */
  announced(envelope: NotificationEnvelope, upstream: Upstream | null): boolean {
    const kinds = ANNOUNCED[envelope.method];
    if (kinds === undefined) return false;
    // Before the first list has been read there is nothing to follow; it is about to be read anyway.
    if (upstream === null) return true;
    const known = this.#rereads.get(envelope.method) ?? new Coalesced(this.#setup.clock, REREAD_PAUSE_MS);
    this.#rereads.set(envelope.method, known);
    known.run(async () => this.#setup.onAnnounced(envelope, await this.#reread(kinds, upstream)));
    return true;
  }

  /** Forgets what waits to be read again. */
  clear(): void {
    for (const reread of this.#rereads.values()) reread.clear();
  }

  /** Whether anything has changed; where that cannot be read, it may have. */
  async #reread(kinds: readonly ListKind[], upstream: Upstream): Promise<boolean> {
    try {
      const changed = await Promise.all(
        kinds.map(async kind => this.accept(kind, await this.fetch(upstream, kind), true)),
      );
      return changed.includes(true);
    } catch (error) {
      this.#setup.onNotice(`a changed list could not be read: ${String(error)}`);
      return true;
    }
  }

  /** A full disk costs the next manager its head start, and must cost this server nothing. */
  #keep(): void {
    try {
      this.#setup.store.save(this.catalogue);
    } catch (error) {
      this.#setup.onNotice(`the catalogue could not be kept on disk: ${String(error)}`);
    }
  }
}
