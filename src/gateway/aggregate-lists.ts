import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Item, LIST_KINDS, LISTS, type ListKind } from '../session/catalogue.ts';
import type { Clock } from '../session/deadlines.ts';
import { fetchList } from '../session/lists.ts';
import type { AggregateMembers } from './aggregate-members.ts';
import { type GatewayServer, handshakeOf } from './gateway-server.ts';
import { ANSWER_MS } from './in-time.ts';
import type { Patience } from './patience.ts';
import { looksSame, type RoutingTable, union, type View } from './routing-table.ts';

/** A server that has been heard answers a list within this time, or it is left out until it does. */
const PAGE_MS = 60_000;
const WORDS: Readonly<Record<ListKind, string>> = {
  tools: 'tools',
  resources: 'resources',
  resourceTemplates: 'resource templates',
  prompts: 'prompts',
};

export interface ListsSetup {
  readonly servers: ReadonlyMap<string, GatewayServer>;
  readonly table: RoutingTable;
  readonly members: AggregateMembers;
  readonly patience: Patience;
  readonly clock: Clock;
  /** A list has come that was missing. */
  readonly onArrival: (kind: ListKind) => void;
  /** Two servers have the same URI. */
  readonly onTwice: (uri: string, first: string, other: string) => void;
}

/** What one client sees of all servers' lists: from what is kept; what was never read is asked for. */
export class AggregateLists {
  readonly #setup: ListsSetup;
  /** Made for the first request of our own: most clients need none, and to abort one costs more than all else of a close. */
  #gone: AbortController | null = null;
  /** Lists that were asked for here, until the catalogue has them. */
  readonly #fetched = new Map<string, readonly Item[]>();
  readonly #coming = new Map<string, Promise<void>>();
  /** Why a server could not be asked, the last time. */
  readonly #faults = new Map<string, HoldfastError>();
  /** What the client has seen last. */
  readonly #told = new Map<ListKind, readonly View[]>();
  readonly #answering = new Map<ListKind, number>();

  constructor(setup: ListsSetup) {
    this.#setup = setup;
  }

  /**
   * The raw result of a list request: all servers, one page. On a first run it waits a little for those that were never heard.
   *
   * @throws HoldfastError where nothing is known and a server is missing: an empty list would be a lie.
   */
  async answer(kind: ListKind): Promise<string> {
    this.#answering.set(kind, (this.#answering.get(kind) ?? 0) + 1);
    try {
      await this.#wait(kind);
    } finally {
      this.#answering.set(kind, (this.#answering.get(kind) ?? 1) - 1);
    }
    const views = this.views(kind);
    const { raws, twice } = union(views);
    const missing = this.#missing(kind);
    if (raws.length === 0 && missing.length > 0) throw this.#nothingYet(kind, missing);
    for (const { key, first, other } of twice) this.#setup.onTwice(key, first, other);
    this.#told.set(kind, views);
    return `{"${LISTS[kind].member}":[${raws.join(',')}]}`;
  }

  /** One server's list; null where it is not known. */
  items(server: string, kind: ListKind): readonly Item[] | null {
    const attachment = this.#setup.members.of(server);
    const known = attachment.catalogue.list(kind) ?? this.#fetched.get(`${kind} ${server}`) ?? null;
    if (known !== null || attachment.handshake === null) return known;
    return LISTS[kind].capability in attachment.handshake.capabilities ? null : NOTHING;
  }

  /** What is known of all that are not stopped, in the order of the configuration. */
  views(kind: ListKind): View[] {
    const { table } = this.#setup;
    return this.#wanted().flatMap(server => {
      const items = this.items(server, kind);
      return items === null ? [] : [table.view(server, kind, items)];
    });
  }

  /** What is there now counts as seen, where the client has not looked itself. */
  remember(): void {
    for (const kind of LIST_KINDS) if (!this.#told.has(kind)) this.#told.set(kind, this.views(kind));
  }

  /** Whether the client would see something else than before; from now on that is what it has seen. */
  isNews(kind: ListKind): boolean {
    const told = this.#told.get(kind);
    // A client that has looked at nothing has nothing to be told, and to one that is looking the answer will be the news.
    if (told === undefined || (this.#answering.get(kind) ?? 0) > 0) return false;
    const views = this.views(kind);
    this.#told.set(kind, views);
    return !looksSame(told, views);
  }

  /** Servers that are there no more. */
  forget(servers: readonly string[]): void {
    for (const server of servers) {
      this.#faults.delete(server);
      for (const kind of LIST_KINDS) this.#fetched.delete(`${kind} ${server}`);
    }
  }

  close(): void {
    this.#gone?.abort();
  }

  /** For servers that were never heard; not for one whose start has failed, which is asked and heard of when it is there. */
  async #wait(kind: ListKind): Promise<void> {
    const { patience, servers } = this.#setup;
    const missing = this.#missing(kind);
    if (missing.length === 0) return;
    const asked = this.#ask(missing, kind);
    const isHopeful = (server: string) => servers.get(server)?.hasFailed() !== true;
    const hopeful = missing.filter(isHopeful);
    if (hopeful.length === 0) return missing.length === this.#wanted().length ? asked : undefined;
    const causes = this.#causes(hopeful, kind);
    const work = this.#ask(hopeful, kind);
    await patience.wait(causes, work);
    // To who has nothing at all an error would say less than a later answer.
    if (this.views(kind).every(({ entries }) => entries.size === 0) && this.#missing(kind).some(isHopeful)) {
      await patience.wait(causes, work, ANSWER_MS);
    }
  }

  #wanted(): string[] {
    return [...this.#setup.servers.values()].filter(server => !server.isStopped()).map(({ name }) => name);
  }

  #missing(kind: ListKind): string[] {
    return this.#wanted().filter(server => this.items(server, kind) === null);
  }

  /** What is waited for: a server that has been heard gets time for each of its lists. */
  #causes(servers: readonly string[], kind: ListKind): string[] {
    return servers.map(server => (this.#setup.members.of(server).handshake === null ? server : `${kind} ${server}`));
  }

  async #ask(servers: readonly string[], kind: ListKind): Promise<void> {
    await Promise.all(
      servers.map(server => {
        const key = `${kind} ${server}`;
        const coming = this.#coming.get(key) ?? this.#fetch(server, kind).finally(() => this.#coming.delete(key));
        this.#coming.set(key, coming);
        return coming;
      }),
    );
  }

  /** Does not reject: why there is nothing is kept for who asks. */
  async #fetch(server: string, kind: ListKind): Promise<void> {
    const { members, clock, onArrival } = this.#setup;
    this.#gone ??= new AbortController();
    const { signal } = this.#gone;
    this.#faults.delete(server);
    try {
      await handshakeOf(members.of(server), signal);
      if (this.items(server, kind) === null) {
        const options = () => ({ deadline: clock.now() + PAGE_MS, signal });
        const upstream = {
          ask: (method: string, params: object = {}) => members.ask(server, method, params, options()),
        };
        this.#fetched.set(`${kind} ${server}`, await fetchList(upstream, kind));
      }
    } catch (error) {
      const details = { kind: WORDS[kind], why: String(error) };
      const fault =
        error instanceof HoldfastError ? error : new HoldfastError('TOOL_LIST_FAILED', { details, cause: error });
      this.#faults.set(server, fault.with({ server }));
    }
    if (!signal.aborted) onArrival(kind);
  }

  #nothingYet(kind: ListKind, missing: readonly string[]): HoldfastError {
    const faults = missing.flatMap(server => this.#faults.get(server) ?? []);
    const [only] = faults;
    if (missing.length === 1 && only !== undefined) return only;
    const details = {
      kind: WORDS[kind],
      waiting: missing.filter(server => !this.#faults.has(server)).join(', '),
      failed: faults.map(({ server, code }) => `${server} (${code})`).join(', '),
    };
    return new HoldfastError('TOOL_LIST_PENDING', { details });
  }
}

const NOTHING: readonly Item[] = [];
