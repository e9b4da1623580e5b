import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Deadlines } from '../session/deadlines.ts';
import {
  errorResponse,
  idKey,
  parseMessage,
  type RequestEnvelope,
  rawMember,
  withId,
  withProgressTokenOfProgress,
} from '../session/json-text.ts';
import { answerTo, lackingCapability, type Question, questionOf, refuseQuestion } from './modern-inputs.ts';
import { bindingOf, type Parked, type ParkedCalls } from './modern-parked.ts';
import type { Explain, Reply } from './modern-reply.ts';
import { LOG_LEVELS, type LogLevel, type ModernRequest, type Refusal, RPC } from './modern-request.ts';
import type { ModernSession, SessionUser } from './modern-sessions.ts';
import { errorToModern, inputRequired, MAY_ASK, resultOf, resultText, toLegacy, toModern } from './modern-text.ts';

/** Questions that a server asks together come within this time; they go to the client together. */
const COLLECT_MS = 15;
/** A server whose question is refused ends the call within this time; what is cancelled before may still ask, for all that can be known. */
const LAST_WORD_MS = 1_000;

/** What a call needs of whoever serves it. */
export interface CallDesk {
  readonly parked: ParkedCalls<ModernCall>;
  /** Calls `ask` of each that is due. */
  readonly asking: Deadlines<ModernCall>;
  readonly now: () => number;
  readonly explain: Explain;
  /** An answer goes to the client. */
  answered(request: ModernRequest, text: string): void;
  /** The call needs its session no more; `isClean`: nothing of it can come any more. */
  release(call: ModernCall, session: ModernSession, isClean: boolean): void;
}

/** One request of the client that belongs to the call: the first, or one that brings answers. */
export interface Round {
  readonly request: ModernRequest;
  readonly reply: Reply;
  /** The client's answers by key, raw. */
  readonly responses: ReadonlyMap<string, string>;
}

type Outcome =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'error'; readonly error: unknown };

/** One request to a legacy server. It stays open there while its client, in round after round, is asked what the server wants to know. */
export class ModernCall implements SessionUser {
  readonly #desk: CallDesk;
  readonly #session: ModernSession;
  readonly #request: ModernRequest;
  readonly #principal: string;
  readonly #abort = new AbortController();
  /** What the server has asked and nobody has answered, by key. */
  readonly #open = new Map<string, Question>();
  /** Answers that came before their question. */
  readonly #given: Map<string, string>;
  #asked = 0;
  #round: Round | null = null;
  /** Its place among those that wait; null while its client is here. */
  #parked: Parked | null = null;
  #outcome: Outcome | null = null;
  #isReleased = false;

  constructor(desk: CallDesk, session: ModernSession, principal: string, first: Round) {
    this.#desk = desk;
    this.#session = session;
    this.#request = first.request;
    this.#given = new Map(first.responses);
    this.#principal = principal;
    session.user = this;
  }

  start(first: Round): void {
    this.#join(first);
    void this.#run();
  }

  /** The client is back. */
  resume(round: Round): void {
    this.#join(round);
    if (this.#outcome !== null) return this.#answer(this.#outcome);
    for (const [key, raw] of round.responses) {
      const question = this.#open.get(key);
      if (question === undefined) continue;
      this.#open.delete(key);
      this.#session.respond(answerTo(question, raw));
    }
    if (this.#open.size > 0) this.#askSoon();
  }

  /** The client has not come back. */
  expire(): void {
    this.#abort.abort();
  }

  /** Nobody is served any more. */
  close(): void {
    const server = this.#session.backend.server ?? undefined;
    this.#settle({ kind: 'error', error: new HoldfastError('CONNECTION_CLOSED', { server, mayHaveRun: true }) });
    this.#abort.abort();
  }

  onQuestion(envelope: RequestEnvelope): void {
    const idRaw = envelope.id.raw;
    if (this.#outcome !== null || !MAY_ASK.has(this.#request.envelope.method)) {
      this.#session.respond(refuseQuestion(idRaw, 'the client cannot be asked during this request'));
      return;
    }
    const question = questionOf(envelope, this.#request.profile.capabilities);
    if (question === null) {
      this.#session.respond(errorResponse(idRaw, RPC.methodNotFound, 'clients of this revision have no such method'));
    } else if (question.lacks !== null) {
      this.#session.respond(refuseQuestion(idRaw, 'the client has not declared the capability for this'));
      this.#settle({ kind: 'refusal', refusal: lackingCapability(question) });
    } else this.#ask(question);
  }

  onNotification(text: string): void {
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.envelope.kind !== 'notification') return;
    const { method } = parsed.envelope;
    if (method === 'notifications/message') this.#log(parsed.envelope.value.params, text);
    else if (method === 'notifications/cancelled') this.#withdraw(rawMember(text, ['params', 'requestId'])?.raw);
  }

  /** The time to collect questions is over, or that for the last word. */
  ask(): void {
    if (this.#outcome !== null) return this.#abort.abort();
    if (this.#round === null || this.#open.size === 0) return;
    const { reply, request } = this.#round;
    try {
      const binding = bindingOf(this.#session.backend.server, this.#principal, request.envelope);
      const inputs = new Map([...this.#open].map(([key, { entry }]) => [key, entry]));
      const { client, serverInfo } = this.#session;
      this.#parked = this.#desk.parked.park(this, { binding, client, size: this.#size });
      this.#round = null;
      const result = inputRequired(inputs, this.#parked.state, serverInfo);
      reply.answer(200, resultText(request.envelope.id.raw, result));
    } catch (error) {
      this.#settle({ kind: 'error', error });
      this.#abort.abort();
    }
  }

  async #run(): Promise<void> {
    const { envelope, logLevel } = this.#request;
    const { signal } = this.#abort;
    const options = { deadline: Infinity, signal, onProgress: (text: string) => this.#progress(text) };
    try {
      if (logLevel !== null) await this.#session.setLevel(logLevel, { deadline: Infinity, signal });
      this.#settle({ kind: 'answer', text: await this.#session.request(toLegacy(envelope), options) });
    } catch (error) {
      this.#settle({ kind: 'error', error });
    }
  }

  /** What it keeps, in characters: its request, and what was asked. */
  get #size(): number {
    let size = this.#request.envelope.text.length;
    for (const { entry } of this.#open.values()) size += entry.length;
    return size;
  }

  #join(round: Round): void {
    this.#parked = null;
    this.#round = round;
    round.reply.onGone(() => {
      if (this.#round !== round) return;
      this.#round = null;
      this.#abort.abort();
    });
  }

  #ask(question: Question): void {
    this.#asked++;
    // The process may keep what it is told, and who comes next may say the same of itself and have other roots.
    if (question.method === 'roots/list') this.#session.isSpoilt = true;
    const key =
      question.key !== null && !this.#open.has(question.key)
        ? question.key
        : `${question.method.replace(/\/.*$/, '')}-${this.#asked}`;
    const given = this.#given.get(key);
    // Once only: a server that asks the same again was not content with it.
    this.#given.delete(key);
    if (given !== undefined) {
      this.#session.respond(answerTo(question, given));
      return;
    }
    if (this.#parked?.grow(question.entry.length) === false) {
      this.#session.respond(refuseQuestion(question.id, 'too much is asked already, and the client is away'));
      return;
    }
    this.#open.set(key, question);
    if (this.#round !== null) this.#askSoon();
  }

  #askSoon(): void {
    this.#desk.asking.set(this, this.#desk.now() + COLLECT_MS);
  }

  #withdraw(idRaw: string | undefined): void {
    if (idRaw === undefined) return;
    for (const [key, { id }] of this.#open) if (idKey(id) === idKey(idRaw)) this.#open.delete(key);
  }

  #progress(text: string): void {
    const token = this.#round?.request.progressToken ?? null;
    if (token === null) return;
    this.#round?.reply.notify(token === this.#request.progressToken ? text : withProgressTokenOfProgress(text, token));
  }

  #log(params: unknown, text: string): void {
    const wanted = this.#round?.request.logLevel ?? null;
    if (wanted === null) return;
    const level = (params as { level?: LogLevel } | undefined)?.level;
    if (level !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(wanted)) this.#round?.reply.notify(text);
  }

  /** The first outcome counts: what a call that is given up says of itself comes later. */
  #settle(outcome: Outcome): void {
    if (this.#outcome !== null) return this.#release(outcome.kind === 'answer');
    const isTooMuch = outcome.kind === 'answer' && this.#parked?.grow(outcome.text.length) === false;
    this.#outcome = isTooMuch ? { kind: 'error', error: lostAnswer(this.#session.backend.server) } : outcome;
    this.#desk.asking.delete(this);
    const isClean = outcome.kind === 'answer' && this.#open.size === 0;
    for (const { id } of this.#open.values())
      this.#session.respond(refuseQuestion(id, 'the request during which the client could have been asked has ended'));
    this.#open.clear();
    if (outcome.kind === 'refusal') this.#desk.asking.set(this, this.#desk.now() + LAST_WORD_MS);
    else this.#release(isClean);
    if (this.#round !== null) this.#answer(this.#outcome);
  }

  #release(isClean: boolean): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#desk.asking.delete(this);
    this.#desk.release(this, this.#session, isClean);
  }

  #answer(outcome: Outcome): void {
    const round = this.#round;
    this.#round = null;
    if (round === null) return;
    const idRaw = round.request.envelope.id.raw;
    if (outcome.kind === 'refusal') round.reply.refuse(idRaw, outcome.refusal);
    else if (outcome.kind === 'error') round.reply.fail(idRaw, outcome.error, this.#desk.explain);
    else {
      const own = idRaw === this.#request.envelope.id.raw ? outcome.text : withId(outcome.text, idRaw);
      const result = resultOf(own);
      const { method } = round.request.envelope;
      this.#desk.answered(round.request, own);
      if (result !== null) round.reply.answer(200, toModern(own, result, method, this.#session.serverInfo));
      else {
        const { status, text } = errorToModern(own);
        round.reply.answer(status, text);
      }
    }
  }
}

const lostAnswer = (server: string | null): HoldfastError =>
  new HoldfastError('CONNECTION_LOST', {
    server: server ?? undefined,
    details: { why: 'the call ended while its client was asked for input, and there was no room to keep its answer' },
    hint: 'the call may have run: check its effect before you repeat it',
    isHintOpen: true,
    mayHaveRun: true,
  });
