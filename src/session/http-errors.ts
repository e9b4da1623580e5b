import { HoldfastError } from '../errors/holdfast-error.ts';
import { hintOfRefused } from '../errors/refused.ts';
import { brief, serverErrorOf } from './server-error.ts';

const ANEW = 'a new session is opened by itself; if this repeats, ask whoever runs the server';
const SIGN_IN =
  'set "Authorization" in "headers" of this server to "Bearer" and a valid token; signing in with OAuth is not supported yet';

/** The conversation with a remote server is over; `why` in words that anybody may see. */
export function connectionLost(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('CONNECTION_LOST', { details: { why }, hint: ANEW, isHintOpen: true, cause });
}

/** Why no connection came about, or why it broke. */
export function networkFault(error: unknown, host: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const known = BY_ERRNO[code] ?? (isCertificateError(code) ? 'NETWORK_CERTIFICATE' : null);
  if (known !== null) {
    const hint = known === 'NETWORK_REFUSED' ? hintOfRefused(host) : {};
    return new HoldfastError(known, { details: { host, code }, ...hint, cause: error });
  }
  return connectionLost(code === '' ? (error as Error).message : code, error);
}

const BY_ERRNO: Readonly<Record<string, 'NETWORK_DNS' | 'NETWORK_REFUSED' | 'NETWORK_TIMEOUT' | 'NETWORK_PROXY_AUTH'>> =
  {
    ENOTFOUND: 'NETWORK_DNS',
    EAI_AGAIN: 'NETWORK_DNS',
    ECONNREFUSED: 'NETWORK_REFUSED',
    ETIMEDOUT: 'NETWORK_TIMEOUT',
    EHOSTUNREACH: 'NETWORK_TIMEOUT',
    ENETUNREACH: 'NETWORK_TIMEOUT',
    EPROXYAUTH: 'NETWORK_PROXY_AUTH',
  };

function isCertificateError(code: string): boolean {
  return /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_)/.test(code);
}

/** A refusal by HTTP status. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Where it points to, of a redirection. */
  readonly location: string | undefined;
  /** As it came, cut. */
  readonly body: string;
}

/** Statuses that say of an address that it is none of an MCP server's. */
const NO_ENDPOINT = new Set([404, 405, 406, 410, 415]);

export function statusFault({ status, retryAfter, location, body }: Refusal): HoldfastError {
  const reason = reasonOf(body);
  if (status === 401 || status === 403) {
    return new HoldfastError('NETWORK_AUTH', { details: { status, reason }, hint: SIGN_IN, isHintOpen: true });
  }
  if (status === 407) return new HoldfastError('NETWORK_PROXY_AUTH');
  if (status === 429) {
    const retryAfterS = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
    return new HoldfastError('NETWORK_RATE_LIMITED', { details: { retryAfterS, reason }, mayHaveRun: false });
  }
  if (NO_ENDPOINT.has(status)) {
    return new HoldfastError('NETWORK_NO_ENDPOINT', { details: { status, reason }, mayHaveRun: false });
  }
  if (status >= 300 && status < 400) {
    const hint = 'it points to another address, which is not followed with our headers: write that one into "url"';
    const details = { status, reason: location === undefined ? reason : `to ${originOf(location)}` };
    return new HoldfastError('NETWORK_HTTP_STATUS', { details, hint, isHintOpen: true, mayHaveRun: false });
  }
  const isRefused = status < 500 || status === 501;
  return new HoldfastError('NETWORK_HTTP_STATUS', {
    details: { status, reason },
    ...(isRefused ? { mayHaveRun: false } : {}),
  });
}

/** The server's own words, where the body is a JSON-RPC error or a short plain text; pages of HTML help nobody. */
function reasonOf(body: string): string | null {
  try {
    const { error, error_description } = JSON.parse(body) as { error?: unknown; error_description?: unknown };
    if (typeof error_description === 'string') return brief(error_description);
    return serverErrorOf(error).message;
  } catch {
    const text = body.trim();
    return text === '' || text.length > 300 || text.startsWith('<') ? null : text.replaceAll(/\s+/g, ' ');
  }
}

/** Paths and queries may hold secrets. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}
