import { HoldfastError } from '../errors/holdfast-error.ts';
import type { OversizeLine } from '../process/framing.ts';
import type { CallOptions } from './call.ts';
import { Calls } from './calls.ts';
import type { CloseReport, Finished } from './calls-setup.ts';
import { type Catalogue, type Item, LISTS, type ListKind } from './catalogue.ts';
import type { Era } from './era.ts';
import type { Handshake, InitializeParams } from './handshake.ts';
import { introduce } from './introduce.ts';
import { errorResponse, type NotificationEnvelope, notification, type RequestEnvelope } from './json-text.ts';
import { ServerRequests } from './server-requests.ts';
import { audienceOfOne, type SessionAudience, type SessionHost, type Told } from './session-audience.ts';
import { SessionLists } from './session-lists.ts';
import type { SessionSetup } from './session-setup.ts';
import { isRemembered, Snapshot } from './snapshot.ts';
import { type Outlet, Upstream } from './upstream.ts';

/** JSON-RPC: internal error, given to a server whose question cannot reach the client. */
const INTERNAL_ERROR = -32603;

/**
 * What clients and one instance of a server have in common, kept outside the process so that it outlives it: the parameters of
 * `initialize`, log level, subscriptions, catalogue and every outstanding call.
 */
export class Session {
  readonly calls: Calls;
  readonly snapshot = new Snapshot();
  readonly #setup: SessionSetup;
  readonly #asked: ServerRequests;
  readonly #lists: SessionLists;
  #audience: SessionAudience | null = null;
  #params: InitializeParams;
  #handshake: Handshake | null = null;
  /** What the next process is asked first; null before the first. */
  #era: Era | null = null;
  #upstream: Upstream | null = null;
  #isIntroduced = false;
  #isOpen = false;

  constructor(setup: SessionSetup, params: InitializeParams) {
    this.#setup = setup;
    this.#params = params;
    this.#asked = new ServerRequests(setup.questionId);
    this.#lists = new SessionLists({
      store: setup.store,
      clock: setup.clock,
      offers: kind => this.offers(kind),
      onCatalogue: setup.reports.onCatalogue,
      onNotice: setup.reports.onNotice,
      onSilentChange: method => this.#tellAll(method),
      onAnnounced: (envelope, isNews) => this.#tell(envelope, { isForAll: true, isNews }),
    });
    this.calls = new Calls({
      server: setup.server,
      clock: setup.clock,
      holdMs: setup.options.holdMs,
      maxHeld: setup.options.maxQueue,
      maxOpen: setup.options.limits.openCalls ?? Infinity,
      replay: setup.options.replay,
      replays: setup.options.replays,
      annotations: tool => this.catalogue.annotations(tool),
      onFinished: finished => this.#onFinished(finished),
    });
  }

  /** The last good lists; they stay while the server is down. */
  get catalogue(): Catalogue {
    return this.#lists.catalogue;
  }

  /** The last handshake; it stays while the server is down. */
  get handshake(): Handshake | null {
    return this.#handshake;
  }

  /** What the server has asked and nobody has answered yet. */
  get openQuestions(): number {
    return this.#asked.size;
  }

  /** Whether the present process has been told who its client is. */
  get isIntroduced(): boolean {
    return this.#isIntroduced;
  }

  /** One client, which is asked and told everything. */
  setHost(host: SessionHost): void {
    this.#audience = audienceOfOne(host);
  }

  /** Who is asked and told what; without an audience the server's questions are answered with an error. */
  setAudience(audience: SessionAudience): void {
    this.#audience = audience;
  }

  /** What the next process will be initialized with, or the present one where it has not been yet. */
  setInitialize(params: InitializeParams): void {
    this.#params = params;
  }

  /** See `SessionLists.handOver`. */
  handOver(): void {
    this.#lists.handOver();
  }

  // One life, in this order: connect, shakeHands, fetch, open, close.

  /** Begins the conversation with a new process, or in a new remote session. */
  connect(outlet: Outlet): Upstream {
    const upstream: Upstream = new Upstream(outlet, {
      onHeard: () => this.#setup.reports.onHeard(),
      onRequest: (envelope, about) => this.#onServerRequest(envelope, about, upstream),
      onNotification: envelope => this.#onServerNotification(envelope, upstream),
      onStray: why => this.#setup.reports.onNotice(`dropped a message: ${why}`),
    });
    this.#upstream = upstream;
    this.#isIntroduced = false;
    return upstream;
  }

  async shakeHands(upstream: Upstream): Promise<Handshake> {
    this.#isIntroduced = true;
    const { server, clock, reports } = this.#setup;
    const first = this.#era ?? this.#setup.store.era?.() ?? 'legacy';
    // What exits when it is asked in the wrong way is asked in the usual one the next time.
    this.#era = 'legacy';
    const handshake = await introduce(upstream, {
      server,
      params: this.#params,
      first,
      clock,
      onNotice: reports.onNotice,
    });
    this.#era = handshake.era;
    this.#handshake = handshake;
    reports.onHandshake(handshake);
    return handshake;
  }

  /** Whether the server said that it has such a list. */
  offers(kind: ListKind): boolean {
    return LISTS[kind].capability in (this.#handshake?.capabilities ?? {});
  }

  /** Reads a list from the server, without believing it yet. */
  fetch(upstream: Upstream, kind: ListKind, onPage?: () => void): Promise<Item[]> {
    return this.#lists.fetch(upstream, kind, onPage);
  }

  /**
   * Believes a list: from now on it is the catalogue, also on disk. `announced`: the server itself said that it has changed.
   * Returns whether it has.
   */
  accept(kind: ListKind, items: readonly Item[], announced: boolean): boolean {
    return this.#lists.accept(kind, items, announced);
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
    this.#lists.clear();
    const report = this.calls.close(fault, isFinal);
    const upstream = this.#upstream;
    this.#upstream = null;
    this.#isIntroduced = false;
    if (upstream === null) return report;
    upstream.abandon(fault ?? new HoldfastError('CONNECTION_CLOSED', { server: this.#setup.server }));
    this.#asked.drop(upstream);
    return report;
  }

  // The client's verbs.

  /**
   * One request of a client; resolves with the raw answer under the same id. While the server is down a list comes from the
   * catalogue, and everything else waits.
   *
   * @throws HoldfastError as the call table says.
   */
  ask(envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    if (this.#isOpen) return this.calls.add(envelope, options);
    const kept = this.#lists.answer(envelope);
    if (kept !== null) return Promise.resolve(kept);
    const refusal = this.#setup.whenAway();
    return refusal === null ? this.calls.add(envelope, options) : Promise.reject(refusal);
  }

  /** Tells the server something that each of its lives must know (a log level, a subscription), now or as soon as it is ready. */
  remember(method: string, params: Readonly<Record<string, string>>): void {
    this.snapshot.learn(method, params);
    if (!this.#isOpen) return;
    // A refusal costs whoever wanted it; it is not asked for again after a restart.
    this.#upstream?.ask(method, params).then(
      ({ error }) => {
        if (error !== null)
          this.#setup.reports.onNotice(`the server refused ${method} ${Object.values(params).join()}`);
      },
      () => {}, // it went down: its next life is told the same
    );
  }

  /** A notification of the client; dropped while the server is down, since each life begins afresh. */
  notify(text: string): void {
    if (this.#isOpen) this.#upstream?.tell(text);
  }

  /** The client's answer to a question of the server; false when that question is not open any more, or was not for this client. */
  respond(text: string, client?: SessionHost): boolean {
    return this.#asked.answer(text, client);
  }

  /** The client is gone: its calls are cancelled, and what it was asked is answered with an error. */
  dismiss(client: SessionHost): void {
    this.calls.cancelAll(client);
    this.#asked.dismiss(client);
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

  #onServerRequest(envelope: RequestEnvelope, about: number | null, upstream: Upstream): void {
    if (envelope.method === 'ping') {
      upstream.tell(`{"jsonrpc":"2.0","id":${envelope.id.raw},"result":{}}`);
      return;
    }
    const call = about === null ? null : this.calls.withId(about);
    // Asking for the roots is only reading; any other question may mean that the call has begun something.
    if (envelope.method !== 'roots/list') this.calls.markAsked(call);
    const to = this.#audience?.addressee(envelope, call) ?? { error: 'no client is there to answer' };
    const id = envelope.id.raw;
    if ('result' in to) upstream.tell(`{"jsonrpc":"2.0","id":${id},"result":${to.result}}`);
    else if ('error' in to) upstream.tell(errorResponse(id, INTERNAL_ERROR, to.error));
    else {
      const question = this.#asked.take(envelope, upstream, to);
      if (question !== null) to.client.onRequest(question);
      else upstream.tell(errorResponse(id, INTERNAL_ERROR, 'too many questions are open'));
    }
  }

  #onServerNotification(envelope: NotificationEnvelope, upstream: Upstream): void {
    switch (envelope.method) {
      case 'notifications/progress':
        if (!this.calls.progress(envelope)) this.#setup.reports.onNotice('dropped a message: progress of no open call');
        return;
      case 'notifications/cancelled':
        return this.#asked.cancel(envelope, upstream);
      default:
        if (this.#lists.announced(envelope, this.#isOpen ? upstream : null)) return;
        return this.#tell(envelope, { isForAll: false, isNews: true });
    }
  }

  #tell({ text, method, value }: NotificationEnvelope, how: Pick<Told, 'isForAll' | 'isNews'>): void {
    this.#audience?.hear({ text, method, params: value.params, ...how });
  }

  #tellAll(method: string, params?: object): void {
    this.#audience?.hear({ text: notification(method, params), method, params, isForAll: true, isNews: true });
  }

  #warnOfLostMemory(replayed: number): void {
    const data = `the server "${this.#setup.server}" was restarted and its memory is lost; ${replayed} safe call(s) were repeated`;
    this.#tellAll('notifications/message', { level: 'warning', logger: 'holdfast', data });
  }
}
