import type { ClientError, HoldfastError } from './holdfast-error.ts';

/**
 * The JSON-RPC code of every error that Holdfast makes itself; `data.code` says which it is. JSON-RPC keeps -32768 to -32000 for
 * itself, MCP lives within, and a server's own codes there must not be mistaken for ours.
 */
const HOLDFAST_RPC_CODE = -31000;

/** The `error` member of a JSON-RPC answer. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: ClientError;
}

/**
 * An error as a client of the protocol may see it. The message ends with the hint, since many clients show nothing else.
 *
 * `redact` is applied to each line of the stderr tail; `exposeStderr: false` leaves the tail out.
 */
export function rpcErrorOf(error: HoldfastError, redact: (line: string) => string, exposeStderr = true): RpcError {
  const data = error.toClient({ redact, exposeStderr });
  return { code: HOLDFAST_RPC_CODE, message: `${data.message} (${data.hint})`, data };
}
