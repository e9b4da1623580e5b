import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Code } from '../errors/catalogue.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** An error as the control API and `--json` write it. Everything is told: whoever may connect owns the servers. */
export interface WireError {
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly server: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly mayHaveRun?: boolean;
  readonly stderrTail?: readonly string[];
}

const statuses: Partial<Record<Code, ContentfulStatusCode>> = {
  TOOL_BAD_REQUEST: 400,
  TOOL_SERVER_UNKNOWN: 404,
  TOOL_UNKNOWN: 404,
  RESOURCE_MESSAGE_TOO_LARGE: 413,
  RESOURCE_QUEUE_FULL: 429,
  TOOL_CALL_FAILED: 502,
  TOOL_CALL_TIMEOUT: 504,
  CONNECTION_HOLD_TIMEOUT: 504,
};

/** The HTTP status of an error: what the caller can mend is 4xx; 503 says that the server is not available. */
export function statusOfError(error: unknown): ContentfulStatusCode {
  return error instanceof HoldfastError ? (statuses[error.code] ?? 503) : 500;
}

export function wireError(error: unknown): WireError {
  const { category, code, message, hint, server, details, mayHaveRun, stderrTail } = asHoldfastError(error);
  return {
    category,
    code,
    message,
    hint,
    server: server ?? null,
    details,
    ...(mayHaveRun === undefined ? {} : { mayHaveRun }),
    ...(stderrTail.length > 0 ? { stderrTail } : {}),
  };
}

function asHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined];
  return new HoldfastError('PROCESS_INTERNAL', { details: { reason, stack }, cause: error });
}

/** A request that the caller has to correct. */
export function badRequest(reason: string, hint: string): HoldfastError {
  return new HoldfastError('TOOL_BAD_REQUEST', { details: { reason }, hint, isHintOpen: true });
}
