import { HoldfastError } from '../errors/holdfast-error.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import { errorResponse } from '../session/json-text.ts';
import { type Refusal, RPC } from './modern-request.ts';

/** An error as this front's clients may see it. */
export type Explain = (error: HoldfastError) => RpcError;

/** The way back to the client of one request, whatever carries it. A status is told where the transport has such. */
export abstract class Reply {
  /** Called once if the client goes, or gives the request up, before it is answered; at once if it has already. */
  abstract onGone(run: () => void): void;
  /** Says something before the answer; false where the client cannot hear it, or does not read. */
  abstract notify(text: string): boolean;
  /** The one answer. */
  abstract answer(status: number, text: string): void;
  /** Ends what is open without an answer. */
  abstract end(): void;
  /** What no client can help and nobody foresaw. */
  protected abstract report(bug: unknown): void;

  refuse(idRaw: string, { status, code, message, data }: Refusal): void {
    this.answer(status, errorResponse(idRaw, code, message, data));
  }

  /** Answers with why there is no answer. */
  fail(idRaw: string, error: unknown, explain: Explain): void {
    if (!(error instanceof HoldfastError)) {
      this.report(error);
      return this.answer(500, errorResponse(idRaw, RPC.internal, 'internal error'));
    }
    const { code, message, data } = explain(error);
    this.answer(error.code.endsWith('_FULL') ? 429 : 200, errorResponse(idRaw, code, message, data));
  }
}
