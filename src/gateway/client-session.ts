import { HoldfastError } from '../errors/holdfast-error.ts';
import type { CallOptions } from '../session/call.ts';
import { Cancellation, type CancelSignal } from '../session/cancellation.ts';
import {
  errorResponse,
  idKey,
  type MessageEnvelope,
  type NotificationEnvelope,
  type RequestEnvelope,
  type ResponseEnvelope,
  rawMember,
  request,
  splice,
} from '../session/json-text.ts';
import type { AttachedClient } from '../supervisor/attachment.ts';
import type { Backend, BackendSession } from './backend.ts';
import { ClientRoots } from './client-roots.ts';
import {
  asObject,
  type ClientState,
  firstState,
  isRemembered,
  MAX_PROFILE,
  negotiated,
  profileOf,
  stateAfter,
} from './client-state.ts';
import { RPC } from './http-reply.ts';
import type { Explain } from './modern-reply.ts';
import { askForEach, checkSubscriptions } from './subscribing.ts';

/** The way to one client. It says nothing itself, and is told everything once. */
export interface Wire {
  /** Something that is no answer of ours; `about` is the `idKey` of the request it belongs to, null where it belongs to none. */
  send(text: string, about: string | null): void;
  /** The one answer to a request; null where its client has cancelled it, and waits for none. */
  answer(key: string, text: string | null): void;
}

export interface ClientSessionOptions {
  readonly backend: Backend;
  readonly wire: Wire;
  readonly explain: Explain;
  /** Keeps the state; what changed it is answered when that is done. */
  readonly keep: (state: ClientState) => Promise<void>;
  /** Something went wrong that no client can be told. */
  readonly notice: (text: string) => void;
}

/**
 * The conversation with one client of the revisions that begin with `initialize`, whatever carries it. It answers what is ours to
 * answer, gives the rest to the backend as it came, and answers every request exactly once.
 */
export class ClientSession implements AttachedClient {
  readonly #options: ClientSessionOptions;
  /** Requests under way, and what cancels each. */
  readonly #open = new Map<string, Cancellation>();
  /** What the client asks to be subscribed to, by the key of the request. */
  readonly #subscribing = new Map<string, string>();
  readonly #roots = new ClientRoots();
  #session: BackendSession | null = null;
  #state: ClientState | null = null;
  #hasBegun = false;
  #isClosed = false;

  constructor(options: ClientSessionOptions) {
    this.#options = options;
  }

  /** Null until `initialize` is answered. */
  get state(): ClientState | null {
    return this.#state;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#open.size;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** Goes on with a session of an earlier run of the manager: servers are told its level and subscriptions as soon as they are asked for. */
  restore(state: ClientState): void {
    this.#hasBegun = true;
    this.#state = state;
    this.#session = this.#options.backend.open(profileOf(state), this);
    if (state.logLevel !== null) void this.#tellAgain('logging/setLevel', { level: state.logLevel });
    void askForEach(state.subscriptions, async uri => {
      const isWanted = !this.#isClosed && this.#state?.subscriptions.includes(uri) === true;
      if (isWanted) await this.#tellAgain('resources/subscribe', { uri });
    });
  }

  /** Takes one message of the client. Nothing is thrown: what is wrong with a request is its answer. */
  receive(envelope: MessageEnvelope): void {
    switch (envelope.kind) {
      case 'request':
        return this.#onRequest(envelope);
      case 'notification':
        return this.#onNotification(envelope);
      case 'response':
        return this.#onResponse(envelope);
      case 'invalid':
        // Whatever carries us has refused it.
        return;
    }
  }

  /** The client is gone: its calls are cancelled. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const call of this.#open.values()) call.abort();
    this.#session?.close();
  }

  // What servers say.

  onRequest(text: string): void {
    this.#options.wire.send(text, null);
  }

  onNotification(text: string): void {
    this.#options.wire.send(text, null);
  }

  /** A question that the client will never see: its server need not wait. */
  onUndelivered(envelope: RequestEnvelope): void {
    this.#session?.respond(errorResponse(envelope.id.raw, -32603, 'the client cannot be reached'));
  }

  #onRequest(envelope: RequestEnvelope): void {
    const key = idKey(envelope.id.raw);
    const { wire } = this.#options;
    if (this.#open.has(key)) {
      const text = errorResponse(envelope.id.raw, RPC.invalidRequest, 'a request with this id is under way already');
      return wire.send(text, null);
    }
    if (envelope.method === 'ping') return wire.answer(key, `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":{}}`);
    const call = new Cancellation();
    this.#open.set(key, call);
    this.#answerTo(envelope, call, key).then(
      text => this.#settle(key, call, text),
      (error: unknown) => this.#settle(key, call, this.#failure(envelope.id.raw, error)),
    );
  }

  #settle(key: string, call: Cancellation, text: string): void {
    this.#open.delete(key);
    this.#options.wire.answer(key, call.aborted ? null : text);
  }

  #answerTo(envelope: RequestEnvelope, signal: Cancellation, key: string): Promise<string> {
    if (envelope.method === 'initialize') return this.#initialize(envelope, signal);
    // Clients that ask this first go on with `initialize` then.
    if (envelope.method === 'server/discover') {
      const text = 'this session speaks an earlier revision of the protocol';
      return Promise.resolve(errorResponse(envelope.id.raw, RPC.methodNotFound, text));
    }
    if (this.#session === null || this.#state === null) {
      const text = 'the conversation begins with initialize';
      return Promise.resolve(errorResponse(envelope.id.raw, RPC.invalidRequest, text));
    }
    const options = {
      deadline: Infinity,
      signal,
      onProgress: (text: string) => this.#options.wire.send(text, key),
    };
    if (isRemembered(envelope.method)) return this.#remember(envelope, key, options, this.#session);
    return this.#session.request(envelope, options);
  }

  async #initialize(envelope: RequestEnvelope, signal: CancelSignal): Promise<string> {
    const params = paramsOf(envelope);
    if (this.#hasBegun) {
      return errorResponse(envelope.id.raw, RPC.invalidRequest, 'the session is initialized already');
    }
    if (typeof params.protocolVersion !== 'string') {
      return errorResponse(envelope.id.raw, RPC.invalidParams, '"params.protocolVersion" must be a string');
    }
    if (envelope.text.length > MAX_PROFILE) {
      return errorResponse(envelope.id.raw, RPC.invalidParams, `"initialize" is over ${MAX_PROFILE} characters`);
    }
    this.#hasBegun = true;
    const client = firstState(params);
    try {
      this.#session = this.#options.backend.open(profileOf(client), this);
      const result = await this.#session.initializeResult(signal);
      const version = rawMember(result, ['protocolVersion']);
      const protocolVersion = negotiated(params.protocolVersion, version === null ? null : JSON.parse(version.raw));
      const state = { ...client, protocolVersion };
      await this.#options.keep(state);
      this.#state = state;
      const told = version === null ? result : splice(result, [{ ...version, with: JSON.stringify(protocolVersion) }]);
      return `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":${told}}`;
    } finally {
      // The client may try again.
      if (this.#state === null) {
        this.#session?.close();
        this.#session = null;
        this.#hasBegun = false;
      }
    }
  }

  /** Keeps what the client has set, once the server has taken it. */
  async #remember(
    envelope: RequestEnvelope,
    key: string,
    options: CallOptions,
    session: BackendSession,
  ): Promise<string> {
    const params = paramsOf(envelope);
    if (envelope.method === 'resources/subscribe' && typeof params.uri === 'string') {
      checkSubscriptions(new Set([...(this.#state?.subscriptions ?? []), ...this.#subscribing.values(), params.uri]));
      this.#subscribing.set(key, params.uri);
    }
    try {
      const text = await session.request(envelope, options);
      const state = this.#state;
      if (state === null || rawMember(text, ['result']) === null) return text;
      const changed = stateAfter(state, envelope.method, params);
      if (changed !== state) await this.#keep(changed);
      return text;
    } finally {
      this.#subscribing.delete(key);
    }
  }

  async #keep(state: ClientState): Promise<void> {
    this.#state = state;
    await this.#options.keep(state);
  }

  #onNotification(envelope: NotificationEnvelope): void {
    switch (envelope.method) {
      // Each life of a server gets one of ours.
      case 'notifications/initialized':
      case 'notifications/roots/list_changed':
        return this.#askRoots();
      case 'notifications/cancelled': {
        const id = rawMember(envelope, ['params', 'requestId'])?.raw;
        if (id !== undefined && isId(id)) this.#open.get(idKey(id))?.abort();
        return;
      }
      default:
        return this.#session?.notify(envelope.text);
    }
  }

  #onResponse(envelope: ResponseEnvelope): void {
    if (!this.#roots.isAnswer(envelope)) {
      this.#session?.respond(envelope.text);
      return;
    }
    const roots = this.#roots.rootsOf(envelope);
    if (roots === null || this.#state === null) return;
    const state = { ...this.#state, roots };
    this.#keep(state).catch((error: unknown) => this.#options.notice(`a session could not be kept: ${String(error)}`));
    this.#session?.setProfile(profileOf(state));
  }

  #askRoots(): void {
    if (this.#state?.capabilities.roots !== undefined) this.#options.wire.send(this.#roots.ask(), null);
  }

  async #tellAgain(method: string, params: object): Promise<void> {
    try {
      await this.#session?.request(request('"holdfast-restored"', method, params), { deadline: Infinity });
    } catch (error) {
      this.#options.notice(`a client's ${method} could not be repeated: ${String(error)}`);
    }
  }

  #failure(idRaw: string, error: unknown): string {
    const known =
      error instanceof HoldfastError
        ? error
        : new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(error) }, cause: error });
    if (known !== error) this.#options.notice(`${known.message}: ${error instanceof Error ? error.stack : ''}`);
    const { code, message, data } = this.#options.explain(known);
    return errorResponse(idRaw, code, message, data);
  }
}

/** A message for nobody in particular, which the stream for such is the better place for. */
export const isUnsolicited = (method: string): boolean =>
  method.endsWith('/list_changed') || method === 'notifications/resources/updated';

const isId = (raw: string): boolean => /^["\d-]/.test(raw);

const paramsOf = (envelope: RequestEnvelope): Record<string, unknown> => asObject(envelope.value.params);
