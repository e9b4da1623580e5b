import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { rawMember } from '../session/json-text.ts';
import type { StatelessBackend } from './backend.ts';
import { ModernCall, type Round } from './modern-call.ts';
import { responsesOf } from './modern-inputs.ts';
import { Listening } from './modern-listen.ts';
import { bindingOf, ParkedCalls } from './modern-parked.ts';
import type { Explain, Reply } from './modern-reply.ts';
import { type ModernRequest, RPC } from './modern-request.ts';
import { type ModernSession, ModernSessions } from './modern-sessions.ts';
import { discoverResult, MAY_ASK, resultText } from './modern-text.ts';
import type { Seal } from './seal.ts';

export interface ModernServiceOptions {
  readonly clock: Clock;
  readonly seal: Seal;
  readonly explain: Explain;
  /** Sessions that are kept for the next request; absent: as many as a gateway may need. */
  readonly maxIdle?: number;
  /** An answer of a server, as its client gets it, but for what is added for this revision. */
  readonly onAnswer?: (backend: StatelessBackend, request: ModernRequest, text: string) => void;
}

/** One request that its transport has found good. */
export interface Visit {
  readonly backend: StatelessBackend;
  /** Who asks; calls that wait are bound to it. */
  readonly principal: string;
  readonly request: ModernRequest;
  readonly reply: Reply;
}

/** Methods of earlier revisions, which a legacy server would still answer, and what only servers ask. */
const isRemoved = (method: string): boolean =>
  method === 'initialize' ||
  method === 'ping' ||
  method === 'logging/setLevel' ||
  method === 'resources/subscribe' ||
  method === 'resources/unsubscribe' ||
  method.startsWith('tasks/');

/**
 * What clients of 2026-07-28 are served before servers of earlier revisions, whatever carries it: each request is complete in itself,
 * and nothing is kept between two but calls that wait for their client.
 */
export class ModernService {
  readonly #clock: Clock;
  readonly #explain: Explain;
  readonly #onAnswer: ModernServiceOptions['onAnswer'];
  readonly #sessions: ModernSessions;
  readonly #parked: ParkedCalls<ModernCall>;
  readonly #asking: Deadlines<ModernCall>;
  readonly #calls = new Set<ModernCall>();
  readonly #listening = new Set<Listening>();
  #isClosed = false;

  constructor({ clock, seal, explain, maxIdle, onAnswer }: ModernServiceOptions) {
    this.#clock = clock;
    this.#explain = explain;
    this.#onAnswer = onAnswer;
    this.#sessions = new ModernSessions(clock, maxIdle);
    this.#parked = new ParkedCalls(clock, seal);
    this.#asking = new Deadlines(clock, call => call.ask());
  }

  /** Answers it, now or later. Nothing is thrown: what is wrong with a request is its answer. */
  serve(visit: Visit): void {
    try {
      if (this.#isClosed) throw new HoldfastError('CONNECTION_CLOSED');
      this.#serve(visit);
    } catch (error) {
      visit.reply.fail(visit.request.envelope.id.raw, error, this.#explain);
    }
  }

  /** Ends what listens to single servers that are none of these: it would never hear anything again. */
  endBut(servers: readonly string[]): void {
    for (const listening of this.#listening) {
      if (listening.server !== null && !servers.includes(listening.server)) listening.close();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#parked.close();
    for (const call of this.#calls) call.close();
    for (const listening of this.#listening) listening.close();
    this.#sessions.close();
  }

  #serve(visit: Visit): void {
    const { method, id } = visit.request.envelope;
    if (isRemoved(method)) {
      const message = `${method} is no method of this revision`;
      visit.reply.refuse(id.raw, { status: 404, code: RPC.methodNotFound, message });
    } else if (method === 'server/discover') void this.#discover(this.#take(visit), visit);
    else if (method === 'subscriptions/listen') this.#listen(visit);
    else if (MAY_ASK.has(method)) this.#callThatMayAsk(visit);
    else this.#call(visit, new Map());
  }

  #take({ backend, principal, request }: Visit): ModernSession {
    return this.#sessions.take(backend, principal, request.profile);
  }

  async #discover(session: ModernSession, { request, reply }: Visit): Promise<void> {
    const abort = new AbortController();
    reply.onGone(() => abort.abort());
    const idRaw = request.envelope.id.raw;
    try {
      reply.answer(200, resultText(idRaw, discoverResult(await session.initialized(abort.signal))));
    } catch (error) {
      reply.fail(idRaw, error, this.#explain);
    }
    this.#sessions.giveBack(session);
  }

  #listen(visit: Visit): void {
    const onEnd = (ended: Listening) => void this.#listening.delete(ended);
    this.#listening.add(new Listening(this.#take(visit), visit.request, visit.reply, this.#explain, onEnd));
  }

  #callThatMayAsk(visit: Visit): void {
    const { envelope } = visit.request;
    const responses = responsesOf(envelope);
    if (!responses.ok) visit.reply.refuse(envelope.id.raw, responses.refusal);
    else if (rawMember(envelope, ['params', 'requestState']) === null) this.#call(visit, responses.values);
    else this.#resume(visit, responses.values);
  }

  #resume({ backend, principal, request, reply }: Visit, responses: Round['responses']): void {
    const { envelope } = request;
    const { requestState } = envelope.value.params as { requestState?: unknown };
    const state = typeof requestState === 'string' ? requestState : '';
    const call = this.#parked.take(state, bindingOf(backend.server, principal, envelope));
    if (call === 'forged') {
      const message = '"requestState" is none that was given for this request';
      reply.refuse(envelope.id.raw, { status: 200, code: RPC.invalidParams, message });
    } else if (call === 'gone') {
      const server = backend.server ?? undefined;
      const gone = new HoldfastError('TOOL_INPUT_TOO_LATE', { server, mayHaveRun: true });
      reply.fail(envelope.id.raw, gone, this.#explain);
    } else call.resume({ request, reply, responses });
  }

  #call(visit: Visit, responses: Round['responses']): void {
    const { backend, principal, request, reply } = visit;
    const session = this.#take(visit);
    const desk = {
      parked: this.#parked,
      asking: this.#asking,
      now: () => this.#clock.now(),
      explain: this.#explain,
      answered: (answered: ModernRequest, text: string) => this.#onAnswer?.(backend, answered, text),
      release: (ended: ModernCall, freed: ModernSession, isClean: boolean) => {
        this.#calls.delete(ended);
        if (isClean) this.#sessions.giveBack(freed);
        else freed.close();
      },
    };
    const round = { request, reply, responses };
    const call = new ModernCall(desk, session, principal, round);
    this.#calls.add(call);
    call.start(round);
  }
}
