import type { ServerOptions } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { OversizeLine } from '../process/framing.ts';
import type { CallOptions } from './call.ts';
import { Calls, type CloseReport, type Finished } from './calls.ts';
import { type Catalogue, type Item, isSame, LISTS, type ListDiff, type ListKind, listKindOf } from './catalogue.ts';
import type { CatalogueStore } from './catalogue-store.ts';
import { Coalesced } from './coalesced.ts';
import { type Handshake, type InitializeParams, shakeHands } from './handshake.ts';
import {
  errorResponse,
  type NotificationEnvelope,
  notification,
  parseMessage,
  type RequestEnvelope,
} from './json-text.ts';
import { fetchList } from './lists.ts';
import { ServerRequests } from './server-requests.ts';
import { isRemembered, Snapshot } from './snapshot.ts';
import { type Outlet, Upstream } from './upstream.ts';

/** The client's side of a session: raw text, as it came from the server but for the ids. */
export interface SessionHost {
  /** Answer it with `Session.respond`, under the id that it carries. */
  onRequest(text: string): void;
  onNotification(text: string): void;
}

/** What a session tells of itself, for health, statistics and events. */
export interface SessionReports {
  onHeard(): void;
  onFinished(finished: Finished): void;
  onCatalogue(kind: ListKind, diff: ListDiff, announced: boolean): void;
  onNotice(text: string): void;
}

export interface SessionSetup {
  readonly server: string;
  readonly options: ServerOptions;
  readonly clock: Clock;
  readonly store: CatalogueStore;
  /** A call would have to wait: brings the server up where that is due, or says why waiting is of no use. */
  readonly whenAway: () => HoldfastError | null;
  readonly reports: SessionReports;
}

/** A list that changes without end is read this often. */
const REREAD_PAUSE_MS = 100;
/** JSON-RPC: internal error, given to a server whose question cannot reach the client. */
const INTERNAL_ERROR = -32603;

/**
 * What clients and one instance of a server have in common, kept outside the process so that it outlives it: the parameters of
 * `initialize`, log level, subscriptions, catalogue and every outstanding call.
 */
export class Session {
  readonly catalogue: Catalogue;
  readonly calls: Calls;
  readonly snapshot = new Snapshot();
  readonly #setup: SessionSetup;
  readonly #asked = new ServerRequests();
  /** By the method that announces the change. */
  readonly #rereads = new Map<string, Coalesced>();
  #host: SessionHost | null = null;
  #params: InitializeParams;
  #handshake: Handshake | null = null;
  #upstream: Upstream | null = null;
  #isOpen = false;

  constructor(setup: SessionSetup, params: InitializeParams) {
    this.#setup = setup;
    this.#params = params;
    this.catalogue = setup.store.load();
    this.calls = new Calls({
      server: setup.server,
      clock: setup.clock,
      holdMs: setup.options.holdMs,
      maxHeld: setup.options.maxQueue,
      replay: setup.options.replay,
      replays: setup.options.replays,
      annotations: tool => this.catalogue.annotations(tool),
      onFinished: finished => this.#onFinished(finished),
    });
  }

  /** The last handshake; it stays while the server is down. */
  get handshake(): Handshake | null {
    return this.#handshake;
  }

  /** Who answers the server's questions; without one they are answered with an error. */
  setHost(host: SessionHost): void {
    this.#host = host;
  }

  /** What the next process will be initialized with. */
  setInitialize(params: InitializeParams): void {
    this.#params = params;
  }

  // One life, in this order: connect, shakeHands, fetch, open, close.

  /** Begins the conversation with a new process, or in a new remote session. */
  connect(outlet: Outlet): Upstream {
    const upstream: Upstream = new Upstream(outlet, {
      onHeard: () => this.#setup.reports.onHeard(),
      onRequest: envelope => this.#onServerRequest(envelope, upstream),
      onNotification: envelope => this.#onServerNotification(envelope, upstream),
      onStray: why => this.#setup.reports.onNotice(`dropped a message: ${why}`),
    });
    this.#upstream = upstream;
    return upstream;
  }

  async shakeHands(upstream: Upstream): Promise<Handshake> {
    const handshake = await shakeHands(upstream, this.#params);
    this.#handshake = handshake;
    return handshake;
  }

  /** Whether the server said that it has such a list. */
  offers(kind: ListKind): boolean {
    return LISTS[kind].capability in (this.#handshake?.capabilities ?? {});
  }

  /** Reads a list from the server, without believing it yet. */
  fetch(upstream: Upstream, kind: ListKind, onPage?: () => void): Promise<Item[]> {
    return this.offers(kind) ? fetchList(upstream, kind, onPage) : Promise.resolve([]);
  }

  /** Believes a list: from now on it is the catalogue, also on disk. `announced`: the server itself said that it has changed. */
  accept(kind: ListKind, items: readonly Item[], announced: boolean): void {
    const isFirst = this.catalogue.list(kind) === null;
    const diff = this.catalogue.replace(kind, items);
    if (isSame(diff) && !isFirst) return;
    this.#keep();
    if (isSame(diff)) return;
    this.#setup.reports.onCatalogue(kind, diff, announced);
    // A client that has never seen a list has nothing to be told, and what the server announced it is told by the server's words.
    if (!isFirst && !announced) this.#notifyHost(notification(`notifications/${LISTS[kind].capability}/list_changed`));
  }

  /** A full disk costs the next manager its head start, and must cost this server nothing. */
  #keep(): void {
    try {
      this.#setup.store.save(this.catalogue);
    } catch (error) {
      this.#setup.reports.onNotice(`the catalogue could not be kept on disk: ${String(error)}`);
    }
  }

  /** Ready: tells the process what clients had told its predecessor, then sends what was held, then all at once. */
  open(upstream: Upstream): { sent: number; replayed: number } {
    this.#isOpen = true;
    this.snapshot.restore(upstream, what => this.#setup.reports.onNotice(`not restored after the restart: ${what}`));
    const report = this.calls.open(upstream);
    if (report.replayed > 0) this.#warnOfLostMemory(report.replayed);
    return report;
  }

  /** The process is going or gone: nothing more is sent or heard. See `Calls.close` for what becomes of the calls. */
  close(fault: HoldfastError | null, isFinal: boolean): CloseReport {
    this.#isOpen = false;
    for (const reread of this.#rereads.values()) reread.clear();
    const report = this.calls.close(fault, isFinal);
    const upstream = this.#upstream;
    this.#upstream = null;
    if (upstream === null) return report;
    upstream.abandon(fault ?? new HoldfastError('CONNECTION_CLOSED', { server: this.#setup.server }));
    for (const requestId of this.#asked.drop(upstream)) {
      this.#notifyHost(notification('notifications/cancelled', { requestId, reason: 'the server has gone down' }));
    }
    return report;
  }

  // The client's verbs.

  /**
   * One request of a client, as raw text; resolves with the raw answer under the same id. While the server is down a list comes
   * from the catalogue, and everything else waits.
   *
   * @throws HoldfastError as the call table says; TOOL_BAD_REQUEST for a text that is no request.
   */
  request(text: string, options: CallOptions): Promise<string> {
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.envelope.kind !== 'request') {
      const why = parsed.ok ? `it is a JSON-RPC ${parsed.envelope.kind}, not a request` : parsed.why;
      return Promise.reject(
        new HoldfastError('TOOL_BAD_REQUEST', { server: this.#setup.server, details: { reason: why } }),
      );
    }
    if (this.#isOpen) return this.calls.add(parsed.envelope, options);
    const kept = this.#fromCatalogue(parsed.envelope);
    if (kept !== null) return Promise.resolve(kept);
    const refusal = this.#setup.whenAway();
    return refusal === null ? this.calls.add(parsed.envelope, options) : Promise.reject(refusal);
  }

  /** A list from the catalogue, in the server's own words; null for anything else, or a list that was never read. */
  #fromCatalogue(envelope: RequestEnvelope): string | null {
    const kind = listKindOf(envelope.method);
    const cursor = (envelope.value.params as { cursor?: unknown } | undefined)?.cursor;
    const result = kind === null || cursor !== undefined ? null : this.catalogue.result(kind);
    return result === null ? null : `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":${result}}`;
  }

  /** A notification of the client; dropped while the server is down, since each life begins afresh. */
  notify(text: string): void {
    if (this.#isOpen) this.#upstream?.tell(text);
  }

  /** The client's answer to a question of the server; false when that question is not open any more. */
  respond(text: string): boolean {
    return this.#asked.answer(text);
  }

  /** A message over the limit has been skipped; if it was an answer, its call is told. */
  onOversize(line: OversizeLine, upstream: Upstream): void {
    const details = { bytes: line.bytes, limit: this.#setup.options.maxMessageBytes };
    const error = new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { server: this.#setup.server, details });
    this.#setup.reports.onHeard();
    if (line.id !== null && !line.hasMethod) upstream.spoil(line.id, error);
    else this.#setup.reports.onNotice(error.message);
  }

  #onFinished(finished: Finished): void {
    const { call, answer } = finished;
    if (answer !== null && answer.error === null && isRemembered(call.method)) {
      this.snapshot.learn(call.method, (JSON.parse(call.text) as { params?: unknown }).params);
    }
    this.#setup.reports.onFinished(finished);
  }

  #onServerRequest(envelope: RequestEnvelope, upstream: Upstream): void {
    if (envelope.method === 'ping') {
      upstream.tell(`{"jsonrpc":"2.0","id":${envelope.id.raw},"result":{}}`);
      return;
    }
    // Asking for the roots is only reading; any other question may mean that the call has begun something.
    if (envelope.method !== 'roots/list') this.calls.markAsked();
    if (this.#host === null) {
      upstream.tell(errorResponse(envelope.id.raw, INTERNAL_ERROR, 'no client is there to answer'));
      return;
    }
    const question = this.#asked.take(envelope, upstream);
    if (question !== null) this.#host.onRequest(question);
    else upstream.tell(errorResponse(envelope.id.raw, INTERNAL_ERROR, 'too many questions are open'));
  }

  #onServerNotification(envelope: NotificationEnvelope, upstream: Upstream): void {
    switch (envelope.method) {
      case 'notifications/progress':
        if (!this.calls.progress(envelope)) this.#setup.reports.onNotice('dropped a message: progress of no open call');
        return;
      case 'notifications/cancelled': {
        const text = this.#asked.cancel(envelope, upstream);
        if (text !== null) this.#notifyHost(text);
        return;
      }
      case 'notifications/tools/list_changed':
        return this.#reread(['tools'], envelope, upstream);
      case 'notifications/resources/list_changed':
        return this.#reread(['resources', 'resourceTemplates'], envelope, upstream);
      case 'notifications/prompts/list_changed':
        return this.#reread(['prompts'], envelope, upstream);
      default:
        return this.#notifyHost(envelope.text);
    }
  }

  /** The server says that a list has changed: the catalogue follows, then the client is told. */
  #reread(kinds: readonly ListKind[], envelope: NotificationEnvelope, upstream: Upstream): void {
    // Before the first list has been read there is nothing to follow; it is about to be read anyway.
    if (!this.#isOpen) return;
    const read = () =>
      Promise.all(kinds.map(async kind => this.accept(kind, await this.fetch(upstream, kind), true)))
        .catch((error: unknown) => this.#setup.reports.onNotice(`a changed list could not be read: ${String(error)}`))
        .then(() => this.#notifyHost(envelope.text));
    const known = this.#rereads.get(envelope.method) ?? new Coalesced(this.#setup.clock, REREAD_PAUSE_MS);
    this.#rereads.set(envelope.method, known);
    known.run(read);
  }

  #notifyHost(text: string): void {
    this.#host?.onNotification(text);
  }

  #warnOfLostMemory(replayed: number): void {
    const data = `the server "${this.#setup.server}" was restarted and its memory is lost; ${replayed} safe call(s) were repeated`;
    this.#notifyHost(notification('notifications/message', { level: 'warning', logger: 'holdfast', data }));
  }
}
