import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type MessageEnvelope, parseMessage, rawMember } from '../session/json-text.ts';
import type { Backend } from './backend.ts';
import { type Allowance, Budget } from './budget.ts';
import { ClientSession, isUnsolicited, type Wire } from './client-session.ts';
import type { ClientState } from './client-state.ts';
import { refusalText } from './http-reply.ts';
import { LegacyReply, type ReplyOptions } from './legacy-reply.ts';
import type { Explain } from './modern-reply.ts';
import type { SessionStore } from './session-store.ts';
import { EventStream } from './sse.ts';

export interface LegacySessionOptions {
  readonly id: string;
  readonly principal: string;
  readonly backend: Backend;
  readonly store: SessionStore;
  /** Its part of what is kept for clients. */
  readonly budget: Allowance;
  readonly now: () => number;
  readonly explain: Explain;
  readonly notice: (text: string) => void;
}

/** Answered streams that nobody has fetched; more are forgotten. */
const MAX_FINISHED = 100;
/** Longer ids of requests do not fit into the id of an event. */
const MAX_ID_LENGTH = 256;
/** The stream that belongs to no request. */
const STANDALONE = 0;

/** How a POST wants to be answered. */
export type Wanted = Pick<ReplyOptions, 'response' | 'isBatch' | 'acceptsJson' | 'acceptsStream'>;

/** One `Mcp-Session-Id`: a client's conversation, and the streams that carry it. */
export class LegacySession implements Wire {
  readonly id: string;
  readonly principal: string;
  readonly backend: Backend;
  readonly client: ClientSession;
  /** Monotonic ms of the last request. */
  usedAt: number;
  readonly #options: LegacySessionOptions;
  /** Tells the streams of this run of the manager from those of an earlier one. */
  readonly #run = randomBytes(6).toString('base64url');
  readonly #streams = new Map<number, EventStream>();
  readonly #replies = new Map<string, LegacyReply>();
  #lastStream = STANDALONE;

  constructor(options: LegacySessionOptions) {
    this.id = options.id;
    this.principal = options.principal;
    this.backend = options.backend;
    this.usedAt = options.now();
    this.#options = options;
    const { backend, explain, notice } = options;
    const keep = (state: ClientState) => this.#keep(state);
    this.client = new ClientSession({ backend, wire: this, explain, notice, keep });
  }

  /** Whether somebody waits for something here. */
  get isBusy(): boolean {
    return this.client.inFlight > 0 || this.#streams.get(STANDALONE)?.isConnected === true;
  }

  get protocolVersion(): string {
    return this.client.state?.protocolVersion ?? '';
  }

  /** Takes the requests of one POST, which is answered when each of them is; resolves then, whether its client is still there or not. */
  ask(envelopes: readonly MessageEnvelope[], keys: readonly string[], wanted: Wanted): Promise<void> {
    const [only] = keys.length === 1 ? envelopes.filter(({ kind }) => kind === 'request') : [];
    const reply = new LegacyReply({
      keys,
      primes: this.protocolVersion >= '2025-11-25',
      now: this.#options.now,
      openStream: () => this.#open(++this.#lastStream, only?.id?.raw),
      ...wanted,
    });
    for (const key of keys) this.#replies.set(key, reply);
    for (const envelope of envelopes) this.client.receive(envelope);
    return reply.done;
  }

  /** A GET without `Last-Event-ID`: the newest one is the one that lives. */
  listen(response: ServerResponse): void {
    this.#standalone().connect(response, this.protocolVersion >= '2025-11-25');
  }

  /**
   * A GET with `Last-Event-ID`: what came after it, on that stream. Of a call that was under way when the manager was lost, its
   * client hears that there will be no answer. False where there is no more to say on that stream, and never will be.
   */
  resume(lastEventId: string, response: ServerResponse): boolean {
    const [, run, stream, seq, idRaw] = /^([\w-]+)\.(\d+)\.(\d+)(?:\.([\w-]+))?$/.exec(lastEventId) ?? [];
    const number = Number(stream ?? STANDALONE);
    if (number === STANDALONE || run === undefined) {
      // A stream of an earlier run had other numbers.
      this.#standalone().connect(response, false, run === this.#run ? Number(seq) : null);
      return true;
    }
    const known = run === this.#run ? this.#streams.get(number) : this.#lost(number, idRaw);
    if (known === undefined || !known.hasAfter(run === this.#run ? Number(seq) : 0)) return false;
    known.connect(response, false, run === this.#run ? Number(seq) : 0);
    return true;
  }

  // What the client is told.

  send(text: string, about: string | null): void {
    if (about !== null && this.#replies.get(about)?.say(text) === true) return;
    // What may be about a call that is under way is said beside it; the news of a list or a resource is about none.
    const mayBeAbout = about === null && !isUnsolicited(methodOf(text));
    if (mayBeAbout && this.#newestLive()?.say(text) === true) return;
    this.#standalone().send(text);
  }

  answer(key: string, text: string | null): void {
    const reply = this.#replies.get(key);
    this.#replies.delete(key);
    reply?.answer(key, text, () => lostAnswer(key, LOST));
  }

  /** To be called now and then. */
  tick(): void {
    for (const reply of this.#replies.values()) reply.tick();
    for (const stream of this.#streams.values()) stream.tick();
  }

  /** Ends the stream that belongs to no request. */
  drain(): void {
    this.#streams.get(STANDALONE)?.discard();
  }

  /**
   * Answers what is under way with an error, and ends every stream. The client may go on with this session in another run of the
   * manager, if it is in the store.
   */
  close(): void {
    const open = [...this.#replies];
    this.#replies.clear();
    for (const [key, reply] of open) {
      const text = lostAnswer(key, 'the session has ended');
      reply.answer(key, text, () => text);
    }
    this.client.close();
    for (const stream of [...this.#streams.values()]) stream.discard();
  }

  #newestLive(): LegacyReply | undefined {
    let newest: LegacyReply | undefined;
    for (const reply of this.#replies.values()) if (reply.isLive) newest = reply;
    return newest;
  }

  #standalone(): EventStream {
    return this.#streams.get(STANDALONE) ?? this.#open(STANDALONE);
  }

  #open(number: number, idRaw?: string): EventStream {
    // With the id of the request in it, even the next manager can tell what a client waits for.
    const tail = idRaw === undefined || idRaw.length > MAX_ID_LENGTH ? '' : `.${toBase64(idRaw)}`;
    const stream = new EventStream({
      mark: `${this.#run}.${number}.`,
      tail,
      budget: this.#options.budget,
      now: this.#options.now,
      onDropped: text => this.#onDropped(text),
      onDone: () => this.#streams.delete(number),
    });
    this.#streams.set(number, stream);
    const finished = [...this.#streams.values()].filter(({ isEnded, isConnected }) => isEnded && !isConnected);
    if (finished.length > MAX_FINISHED) finished[0]?.discard();
    return stream;
  }

  #lost(number: number, idBase64: string | undefined): EventStream | undefined {
    const idRaw = idBase64 === undefined ? '' : Buffer.from(idBase64, 'base64url').toString('utf8');
    const parsed = parseMessage(`{"id":${idRaw},"method":"lost"}`);
    if (!parsed.ok || parsed.envelope.kind !== 'request') return undefined;
    const stream = new EventStream({
      mark: `${this.#run}.${number}.`,
      // Nobody keeps this stream, so nobody would give back what it had taken.
      budget: new Budget(Infinity),
      now: this.#options.now,
      onDropped: () => {},
      onDone: () => {},
    });
    stream.send(lostAnswer(parsed.envelope.id.raw, LOST));
    stream.end();
    return stream;
  }

  #onDropped(text: string): void {
    const parsed = parseMessage(text);
    if (parsed.ok && parsed.envelope.kind === 'request') this.client.onUndelivered(parsed.envelope);
  }

  async #keep(client: ClientState): Promise<void> {
    const { id, principal, backend, store, notice } = this.#options;
    try {
      await store.save(id, { principal, server: backend.server, client });
    } catch (error) {
      // The client is served all the same; only a restart of the manager will end its session.
      notice(`a session could not be kept on disk: ${String(error)}`);
    }
  }
}

const LOST = 'the answer to this call is lost';

/** What a client hears in place of an answer that is not there any more. The key of an id is JSON, too. */
const lostAnswer = (idRaw: string, why: string): string =>
  refusalText(
    idRaw,
    new HoldfastError('CONNECTION_LOST', {
      details: { why },
      hint: 'the call may have run: check its effect before you repeat it',
      isHintOpen: true,
      mayHaveRun: true,
    }),
  );

const toBase64 = (text: string): string => Buffer.from(text).toString('base64url');

/** Found without a parse of the whole: a server may log much, and fast. */
function methodOf(text: string): string {
  const method: unknown = JSON.parse(rawMember(text, ['method'])?.raw ?? 'null');
  return typeof method === 'string' ? method : '';
}
