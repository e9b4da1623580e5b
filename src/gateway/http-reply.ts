import type { ServerResponse } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { rpcErrorOf } from '../errors/rpc-error.ts';
import { errorResponse } from '../session/json-text.ts';

export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
} as const;

/** A refusal as a JSON-RPC error, in the catalogue's words; `code` where JSON-RPC has one of its own for it. */
export function refusalText(idRaw: string, error: HoldfastError, code?: number): string {
  const told = rpcErrorOf(error, line => line);
  return errorResponse(idRaw, code ?? told.code, told.message, told.data);
}

/** A request that is the client's mistake; `hint` where another than "send JSON-RPC" mends it. */
export const badRequest = (reason: string, hint?: string): HoldfastError =>
  new HoldfastError('TOOL_BAD_REQUEST', { details: { reason }, hint, isHintOpen: true });

/** Answers with JSON, unless something was answered already. */
export function replyJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers }).end(text);
}
