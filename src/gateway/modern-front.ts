import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { errorResponse, rawMember } from '../session/json-text.ts';
import type { Exchange, PostFront } from './exchange.ts';
import { ModernCall, type Round } from './modern-call.ts';
import { responsesOf } from './modern-inputs.ts';
import { Listening } from './modern-listen.ts';
import { MarkedTools } from './modern-params.ts';
import { bindingOf, ParkedCalls } from './modern-parked.ts';
import { type Explain, Reply } from './modern-reply.ts';
import { checkRequest, type ModernRequest, RPC } from './modern-request.ts';
import { type ModernSession, ModernSessions } from './modern-sessions.ts';
import { discoverResult, MAY_ASK, resultText } from './modern-text.ts';
import type { Seal } from './seal.ts';

export interface ModernFrontOptions {
  readonly clock: Clock;
  readonly seal: Seal;
  readonly explain: Explain;
}

/** Methods of earlier revisions, which a legacy server would still answer, and what only servers ask. */
const isRemoved = (method: string): boolean =>
  method === 'initialize' ||
  method === 'ping' ||
  method === 'logging/setLevel' ||
  method === 'resources/subscribe' ||
  method === 'resources/unsubscribe' ||
  method.startsWith('tasks/');

/** The front for 2026-07-28, in front of servers of earlier revisions: each POST is complete in itself, and nothing is kept between two but calls that wait for their client. */
export class ModernFront implements PostFront {
  readonly #clock: Clock;
  readonly #explain: Explain;
  readonly #sessions: ModernSessions;
  readonly #parked: ParkedCalls<ModernCall>;
  readonly #asking: Deadlines<ModernCall>;
  readonly #beats: Deadlines<Reply>;
  readonly #marked = new MarkedTools();
  readonly #calls = new Set<ModernCall>();
  readonly #listening = new Set<Listening>();
  #isClosed = false;

  constructor({ clock, seal, explain }: ModernFrontOptions) {
    this.#clock = clock;
    this.#explain = explain;
    this.#sessions = new ModernSessions(clock);
    this.#parked = new ParkedCalls(clock, seal);
    this.#asking = new Deadlines(clock, call => call.ask());
    this.#beats = new Deadlines(clock, reply => reply.beat());
  }

  async post(exchange: Exchange): Promise<void> {
    const { request, response, envelope } = exchange;
    if (envelope.kind === 'notification') {
      // None is defined over HTTP: a call is cancelled by closing its stream.
      response.writeHead(202).end();
      return;
    }
    const reply = new Reply(response, request.headers.accept, this.#beats, () => this.#clock.now());
    if (envelope.kind === 'request') {
      const checked = checkRequest(envelope, request.headers);
      try {
        if (this.#isClosed) throw new HoldfastError('CONNECTION_CLOSED');
        if (checked.ok) this.#serve(exchange, checked.request, reply);
        else reply.refuse(envelope.id.raw, checked.refusal);
      } catch (error) {
        reply.fail(envelope.id.raw, error, this.#explain);
      }
    } else {
      const idRaw = envelope.kind === 'invalid' && isId(envelope.id?.raw) ? envelope.id.raw : 'null';
      reply.answer(400, errorResponse(idRaw, RPC.invalidRequest, WHY_INVALID[envelope.kind]));
    }
    await reply.done;
  }

  close(): void {
    this.#isClosed = true;
    this.#parked.close();
    for (const call of this.#calls) call.close();
    for (const listening of this.#listening) listening.close();
    this.#sessions.close();
  }

  #serve(exchange: Exchange, request: ModernRequest, reply: Reply): void {
    const { method, id } = request.envelope;
    if (isRemoved(method)) {
      const message = `${method} is no method of this revision`;
      reply.refuse(id.raw, { status: 404, code: RPC.methodNotFound, message });
    } else if (method === 'server/discover') void this.#discover(this.#take(exchange, request), request, reply);
    else if (method === 'subscriptions/listen') this.#listen(exchange, request, reply);
    else if (MAY_ASK.has(method)) this.#callThatMayAsk(exchange, { request, reply });
    else this.#call(exchange, { request, reply, responses: new Map() });
  }

  #take({ backend, principal }: Exchange, { profile }: ModernRequest): ModernSession {
    return this.#sessions.take(backend, principal, profile);
  }

  async #discover(session: ModernSession, request: ModernRequest, reply: Reply): Promise<void> {
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

  #listen(exchange: Exchange, request: ModernRequest, reply: Reply): void {
    const idRaw = request.envelope.id.raw;
    if (!reply.mayStream) {
      const message = 'this method is answered by a stream: the header Accept must list text/event-stream';
      return reply.refuse(idRaw, { status: 406, code: RPC.invalidRequest, message });
    }
    const session = this.#take(exchange, request);
    const onEnd = (ended: Listening) => void this.#listening.delete(ended);
    this.#listening.add(new Listening(session, request, reply, this.#explain, onEnd));
  }

  #callThatMayAsk(exchange: Exchange, { request, reply }: Pick<Round, 'request' | 'reply'>): void {
    const { envelope } = request;
    const wrong = this.#marked.check(exchange.backend, request, exchange.request.headers);
    if (wrong !== null) return reply.refuse(envelope.id.raw, wrong);
    const responses = responsesOf(envelope);
    if (!responses.ok) return reply.refuse(envelope.id.raw, responses.refusal);
    const round = { request, reply, responses: responses.values };
    if (rawMember(envelope, ['params', 'requestState']) === null) this.#call(exchange, round);
    else this.#resume(exchange, round);
  }

  #resume({ backend, principal }: Exchange, round: Round): void {
    const { envelope } = round.request;
    const { requestState } = envelope.value.params as { requestState?: unknown };
    const state = typeof requestState === 'string' ? requestState : '';
    const call = this.#parked.take(state, bindingOf(backend.server, principal, envelope));
    if (call === 'forged') {
      const message = '"requestState" is none that was given for this request';
      round.reply.refuse(envelope.id.raw, { status: 200, code: RPC.invalidParams, message });
    } else if (call === 'gone') {
      const server = backend.server ?? undefined;
      const gone = new HoldfastError('TOOL_INPUT_TOO_LATE', { server, mayHaveRun: true });
      round.reply.fail(envelope.id.raw, gone, this.#explain);
    } else call.resume(round);
  }

  #call(exchange: Exchange, round: Round): void {
    const { backend, principal } = exchange;
    const session = this.#take(exchange, round.request);
    const desk = {
      parked: this.#parked,
      asking: this.#asking,
      now: () => this.#clock.now(),
      explain: this.#explain,
      answered: (request: ModernRequest, text: string) => {
        if (request.envelope.method === 'tools/list') this.#marked.learn(backend, request, text);
      },
      release: (ended: ModernCall, freed: ModernSession, isClean: boolean) => {
        this.#calls.delete(ended);
        if (isClean) this.#sessions.giveBack(freed);
        else freed.close();
      },
    };
    const call = new ModernCall(desk, session, principal, round);
    this.#calls.add(call);
    call.start(round);
  }
}

const WHY_INVALID = {
  response: 'clients of this revision send no responses: answers go into the inputResponses of a request',
  batch: 'this revision has no batches: send each message by itself',
  invalid: 'the body is no JSON-RPC request',
} as const;

const isId = (raw: string | undefined): raw is string => raw !== undefined && /^["\d-]/.test(raw);
