import type { Clock } from '../session/clock.ts';
import { Deadlines } from '../session/deadlines.ts';
import { errorResponse } from '../session/json-text.ts';
import type { Exchange, PostFront } from './exchange.ts';
import { checkPost } from './modern-headers.ts';
import { HttpReply } from './modern-http-reply.ts';
import { MarkedTools } from './modern-params.ts';
import { type ModernRequest, type Refusal, RPC } from './modern-request.ts';
import { ModernService, type ModernServiceOptions } from './modern-service.ts';

/** The front for 2026-07-28 over HTTP: each POST is a request by itself, and its headers say what its body says. */
export class ModernFront implements PostFront {
  readonly #clock: Clock;
  readonly #service: ModernService;
  readonly #beats: Deadlines<HttpReply>;
  readonly #marked = new MarkedTools();

  constructor(options: Omit<ModernServiceOptions, 'onAnswer' | 'maxIdle'>) {
    this.#clock = options.clock;
    this.#beats = new Deadlines(options.clock, reply => reply.beat());
    this.#service = new ModernService({
      ...options,
      onAnswer: (backend, request, text) => {
        if (request.envelope.method === 'tools/list') this.#marked.learn(backend, request, text);
      },
    });
  }

  async post(exchange: Exchange): Promise<void> {
    const { request, response, backend, principal, envelope } = exchange;
    if (envelope.kind === 'notification') {
      // None is defined over HTTP: a call is cancelled by closing its stream.
      response.writeHead(202).end();
      return;
    }
    const reply = new HttpReply(response, request.headers.accept, this.#beats, () => this.#clock.now());
    if (envelope.kind === 'request') {
      const checked = checkPost(envelope, request.headers);
      const refusal = checked.ok ? this.#refusal(exchange, checked.request, reply) : checked.refusal;
      if (refusal !== null) reply.refuse(envelope.id.raw, refusal);
      else if (checked.ok) this.#service.serve({ backend, principal, request: checked.request, reply });
    } else {
      const idRaw = envelope.kind === 'invalid' && isId(envelope.id?.raw) ? envelope.id.raw : 'null';
      reply.answer(400, errorResponse(idRaw, RPC.invalidRequest, WHY_INVALID[envelope.kind]));
    }
    await reply.done;
  }

  endBut(servers: readonly string[]): void {
    this.#service.endBut(servers);
  }

  close(): void {
    this.#service.close();
  }

  /** What HTTP alone asks of a request. */
  #refusal({ backend, request: { headers } }: Exchange, request: ModernRequest, reply: HttpReply): Refusal | null {
    if (request.envelope.method !== 'subscriptions/listen') return this.#marked.check(backend, request, headers);
    if (reply.mayStream) return null;
    const message = 'this method is answered by a stream: the header Accept must list text/event-stream';
    return { status: 406, code: RPC.invalidRequest, message };
  }
}

const WHY_INVALID = {
  response: 'clients of this revision send no responses: answers go into the inputResponses of a request',
  batch: 'this revision has no batches: send each message by itself',
  invalid: 'the body is no JSON-RPC request',
} as const;

const isId = (raw: string | undefined): raw is string => raw !== undefined && /^["\d-]/.test(raw);
