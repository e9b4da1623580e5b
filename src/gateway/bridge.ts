import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Call, Settled } from '../session/call.ts';
import type { Clock } from '../session/deadlines.ts';
import { isStateless } from '../session/era.ts';
import type { HttpListener, SentMessage } from '../session/http-listener.ts';
import { isSessionLost, type KnownSession } from '../session/http-session.ts';
import {
  answerWithId,
  type Envelope,
  errorResponse,
  idKey,
  type MessageEnvelope,
  type NotificationEnvelope,
  notification,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
  rawMember,
} from '../session/json-text.ts';
import { BridgeCalls, type Link } from './bridge-calls.ts';
import { BridgeStateless } from './bridge-stateless.ts';
import { asObject, type ClientState, firstState, isRemembered, stateAfter } from './client-state.ts';
import { RPC } from './http-reply.ts';
import type { Explain } from './modern-reply.ts';
import { askForEach } from './subscribing.ts';

/** Opens the way to a manager; with a session that it knows where there is one. */
export type OpenLink = (session: KnownSession | null, listener: HttpListener) => Link;

export interface BridgeOptions {
  readonly clock: Clock;
  /** What the client is owed. */
  readonly send: (text: string) => void;
  /** What it can do without; false where it does not read. */
  readonly offer: (text: string) => boolean;
  readonly explain: Explain;
  /** The manager is lost, or does not know the session any more. Until the next `join` calls wait. `wasHeard`: it has said something. */
  readonly onLost: (error: HoldfastError, loss: { isSessionLost: boolean; wasHeard: boolean }) => void;
  readonly notice: (text: string) => void;
}

/** Notifications for a manager that is not there; more are forgotten. */
const MAX_KEPT = 100;
const GOODBYE_MS = 500;

/**
 * One client on stdio before managers that come and go, of either era. It keeps the session's id, the client's own `initialize` and every call under
 * way, and does with these what the call table of DESIGN §5 says when a manager is lost, as if that were a server.
 */
export class Bridge implements HttpListener {
  readonly #options: BridgeOptions;
  /** Those of its session. */
  readonly #calls: BridgeCalls;
  readonly #stateless: BridgeStateless;
  #link: Link | null = null;
  /** The manager knows the session, and takes calls. */
  #isOpen = false;
  #wasHeard = false;
  #session: KnownSession | null = null;
  /** The client's own, for a manager that does not know it yet. */
  #initialize: RequestEnvelope | null = null;
  /** Not answered yet. */
  #first: Call | null = null;
  /** The client has said so, and the manager been told. */
  #isInitialized = false;
  #isTold = false;
  #state: ClientState | null = null;
  #kept: string[] = [];

  constructor(options: BridgeOptions) {
    this.#options = options;
    let lastId = 0;
    const nextId = () => ++lastId;
    this.#calls = new BridgeCalls(options.clock, nextId);
    const reply = (idRaw: string, settled: Settled) => this.#reply(idRaw, settled);
    this.#stateless = new BridgeStateless({ clock: options.clock, nextId, reply });
  }

  /** Calls that are not answered. */
  get inFlight(): number {
    return this.#calls.size + this.#stateless.size;
  }

  /** Resolves once every request so far is answered. */
  async answered(): Promise<void> {
    await Promise.all([this.#calls.answered(), this.#stateless.answered()]);
  }

  /** A manager is there: what waits goes to it. */
  join(open: OpenLink): void {
    this.#isOpen = false;
    this.#wasHeard = false;
    const link = open(this.#session, this);
    this.#link = link;
    this.#stateless.opened(link);
    if (this.#initialize === null) return;
    if (this.#session === null) this.#begin(link, this.#initialize);
    else this.#resume(link, false);
  }

  /** Nobody will come soon: everything that waits is answered with why. */
  fail(error: HoldfastError): void {
    this.#calls.fail(error);
    this.#stateless.fail(error);
  }

  /** The client is gone: the manager is told, and forgets the session. */
  async end(): Promise<void> {
    this.#calls.end();
    this.#stateless.end();
    const link = this.#link;
    this.#link = null;
    await link?.close(GOODBYE_MS);
  }

  /** Takes one message of the client. */
  take(envelope: MessageEnvelope): void {
    switch (envelope.kind) {
      case 'request':
        return this.#onRequest(envelope);
      case 'notification':
        return this.#onNotification(envelope);
      case 'response':
        // A question of a manager that is gone has nobody who waits for its answer.
        if (this.#isOpen) this.#link?.write(envelope.text);
        return;
      case 'invalid':
        return;
    }
  }

  // What the manager says.

  onMessage(envelope: Envelope): void {
    this.#wasHeard = true;
    switch (envelope.kind) {
      case 'response':
        return this.#onAnswer(envelope);
      case 'request':
        this.#calls.asked();
        if (this.#options.offer(envelope.text)) return;
        this.#link?.write(errorResponse(envelope.id.raw, -32603, 'the client cannot be reached'));
        return;
      case 'notification': {
        const text = this.#calls.isNews(envelope) ? this.#stateless.hear(envelope) : null;
        if (text !== null) this.#options.offer(text);
        return;
      }
      case 'batch':
      case 'invalid':
        return this.onNoise(envelope.kind === 'batch' ? 'several messages in one' : envelope.reason);
    }
  }

  onOversize({ id, hasMethod, bytes }: { id: string | null; hasMethod: boolean; bytes: number }): void {
    if (!hasMethod) this.#spoil(id, new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { details: { bytes } }));
  }

  onNoise(why: string): void {
    this.#options.notice(`the manager has sent what is no message: ${why}`);
  }

  onFailed({ key, method }: SentMessage, error: HoldfastError): void {
    if (!this.#spoil(key, error)) this.#options.notice(`${method ?? 'an answer'} was not taken: ${error.message}`);
  }

  /** On one machine nothing breaks but a manager that ends. What only listens may be cut off on a longer way, and begins again. */
  onBroken({ key }: SentMessage, error: HoldfastError): void {
    if (!this.#stateless.broke(key)) this.onLost(error);
  }

  onLost(error: HoldfastError): void {
    const link = this.#link;
    if (link === null) return;
    this.#link = null;
    this.#isOpen = false;
    if (isSessionLost(error)) this.#session = null;
    this.#calls.lost(error);
    this.#stateless.lost(error);
    void link.close(0);
    this.#options.onLost(error, { isSessionLost: isSessionLost(error), wasHeard: this.#wasHeard });
  }

  #onRequest(envelope: RequestEnvelope): void {
    const { id, method } = envelope;
    const refuse = (code: number, why: string) => this.#options.send(errorResponse(id.raw, code, why));
    if (method === 'ping' && !isStateless(envelope))
      return this.#options.send(`{"jsonrpc":"2.0","id":${id.raw},"result":{}}`);
    if (this.#calls.isOpen(idKey(id.raw)) || this.#stateless.isOpen(idKey(id.raw))) {
      return refuse(RPC.invalidRequest, 'a request with this id is under way already');
    }
    if (isStateless(envelope)) return this.#stateless.add(envelope);
    const isFirst = method === 'initialize';
    if (isFirst !== (this.#initialize === null)) {
      const why = isFirst ? 'the session is initialized already' : 'the conversation begins with initialize';
      return refuse(RPC.invalidRequest, why);
    }
    const call = this.#calls.add(envelope, isFirst, settled => {
      if (isFirst) this.#first = null;
      // A client that was refused may begin anew.
      if (isFirst && this.#session === null) this.#initialize = null;
      this.#reply(id.raw, settled);
    });
    if (!isFirst) return;
    this.#first = call;
    this.#initialize = envelope;
    this.#state = firstState(asObject(envelope.value.params));
    if (this.#link !== null) this.#begin(this.#link, envelope);
  }

  /** Introduces the client to a manager that does not know it. */
  #begin(link: Link, envelope: RequestEnvelope): void {
    this.#isTold = false;
    this.#calls.introduce(link, envelope, this.#first, settled => {
      const first = this.#first;
      const isTaken = settled.ok && rawMember(settled.text, ['result']) !== null;
      if (isTaken) this.#session = link.known;
      // Only the first answer is the client's.
      first?.settle(settled);
      if (isTaken) this.#resume(link, first === null);
      else if (first === null) this.fail(settled.ok ? new HoldfastError('CONNECTION_LOST') : settled.error);
    });
  }

  /** The manager knows the session: what waits is sent. `isNew`: it knows nothing of what the client has set before. */
  #resume(link: Link, isNew: boolean): void {
    this.#isOpen = true;
    if (this.#isInitialized) this.#tellInitialized(link);
    if (isNew && this.#state !== null) this.#tellAgain(link, this.#state);
    for (const text of this.#kept.splice(0)) link.write(text);
    this.#calls.opened(link);
  }

  #tellInitialized(link: Link): void {
    if (!this.#isTold) link.write(notification('notifications/initialized'));
    this.#isTold = true;
    void link.listen();
  }

  #tellAgain(link: Link, { logLevel, subscriptions }: ClientState): void {
    if (logLevel !== null) this.#calls.ask(link, 'logging/setLevel', { level: logLevel });
    void askForEach(
      subscriptions,
      uri => new Promise<Settled>(settle => this.#calls.ask(link, 'resources/subscribe', { uri }, settle)),
    );
  }

  #onNotification(envelope: NotificationEnvelope): void {
    if (envelope.method === 'notifications/cancelled') {
      this.#calls.cancel(envelope);
      return this.#stateless.cancel(envelope);
    }
    const link = this.#isOpen ? this.#link : null;
    if (envelope.method === 'notifications/initialized') {
      const isFirst = !this.#isInitialized;
      this.#isInitialized = true;
      if (isFirst && link !== null) this.#tellInitialized(link);
    } else if (link !== null) link.write(envelope.text);
    else if (this.#kept.length < MAX_KEPT) this.#kept.push(envelope.text);
  }

  #spoil(id: string | null, error: HoldfastError): boolean {
    return this.#calls.spoil(id, error) || this.#stateless.spoil(id, error);
  }

  #onAnswer(envelope: ResponseEnvelope): void {
    if (this.#stateless.take(envelope)) return;
    const call = this.#calls.take(envelope);
    if (call === null) return;
    if (envelope.result !== null && isRemembered(call.method) && this.#state !== null) {
      const parsed = parseMessage(call.text);
      const params = parsed.ok && parsed.envelope.kind === 'request' ? parsed.envelope.value.params : null;
      this.#state = stateAfter(this.#state, call.method, asObject(params));
    }
    call.settle({ ok: true, text: answerWithId(envelope, call.id) });
  }

  #reply(idRaw: string, settled: Settled): void {
    if (settled.ok) return this.#options.send(settled.text);
    const { code, message, data } = this.#options.explain(settled.error);
    this.#options.send(errorResponse(idRaw, code, message, data));
  }
}
