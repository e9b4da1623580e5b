// What a request of 2026-07-28 must say of itself, checked before anything is routed: by body and by headers, which must agree.

import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../config/is-object.ts';
import { MODERN_VERSION, RESERVED } from '../session/era.ts';
import { LEGACY_VERSIONS } from '../session/handshake.ts';
import { type RequestEnvelope, rawMember } from '../session/json-text.ts';
import type { ClientProfile } from '../supervisor/attachment.ts';

/** Newest first; the older ones are served on the same URL by `initialize`. */
export const SUPPORTED_VERSIONS: readonly string[] = [MODERN_VERSION, ...LEGACY_VERSIONS];

/** Least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const RPC = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export interface ModernRequest {
  readonly envelope: RequestEnvelope;
  readonly profile: ClientProfile;
  /** Without it nothing may be logged to this client. */
  readonly logLevel: LogLevel | null;
  /** Raw text. */
  readonly progressToken: string | null;
}

/** A JSON-RPC error with its HTTP status. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: object;
}

export type Checked =
  | { readonly ok: true; readonly request: ModernRequest }
  | { readonly ok: false; readonly refusal: Refusal };

/** The member of `params` that `Mcp-Name` mirrors. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

export function checkRequest(envelope: RequestEnvelope, headers: IncomingHttpHeaders): Checked {
  const params = isObject(envelope.value.params) ? envelope.value.params : {};
  const meta = isObject(params._meta) ? params._meta : {};
  const refusal = wrongVersion(meta, headers) ?? wrongFields(meta) ?? wrongHeaders(envelope.method, params, headers);
  if (refusal !== null) return { ok: false, refusal };
  const info = isObject(meta[`${RESERVED}clientInfo`]) ? meta[`${RESERVED}clientInfo`] : {};
  const { name, version } = info as { name?: unknown; version?: unknown };
  const level = meta[`${RESERVED}logLevel`];
  return {
    ok: true,
    request: {
      envelope,
      profile: {
        capabilities: meta[`${RESERVED}clientCapabilities`] as Record<string, unknown>,
        roots: null,
        clientInfo: {
          name: typeof name === 'string' ? name : 'unknown',
          version: typeof version === 'string' ? version : '0',
        },
      },
      logLevel: isLogLevel(level) ? level : null,
      progressToken: meta.progressToken === undefined ? null : tokenOf(envelope),
    },
  };
}

const tokenOf = (envelope: RequestEnvelope): string | null =>
  rawMember(envelope, ['params', '_meta', 'progressToken'])?.raw ?? null;

const isLogLevel = (value: unknown): value is LogLevel => (LOG_LEVELS as readonly unknown[]).includes(value);

/** The version comes first: what else a request must have is that version's affair. */
function wrongVersion(meta: Record<string, unknown>, headers: IncomingHttpHeaders): Refusal | null {
  const requested = meta[`${RESERVED}protocolVersion`];
  if (typeof requested !== 'string') return invalid(`"_meta" must have "${RESERVED}protocolVersion"`);
  const header = headers['mcp-protocol-version'];
  if (header !== requested) return mismatch('MCP-Protocol-Version', 'the "protocolVersion" in the body');
  if (requested === MODERN_VERSION) return null;
  const message = `protocol version ${MODERN_VERSION} is the only one that is served without initialize`;
  const data = { supported: SUPPORTED_VERSIONS, requested };
  return { status: 400, code: RPC.unsupportedVersion, message, data };
}

function wrongFields(meta: Record<string, unknown>): Refusal | null {
  if (!isObject(meta[`${RESERVED}clientCapabilities`])) {
    return invalid(`"_meta" must have an object "${RESERVED}clientCapabilities"`);
  }
  const level = meta[`${RESERVED}logLevel`];
  return level === undefined || isLogLevel(level)
    ? null
    : invalid(`"${RESERVED}logLevel" must be one of ${LOG_LEVELS.join(', ')}`);
}

function wrongHeaders(method: string, params: Record<string, unknown>, headers: IncomingHttpHeaders): Refusal | null {
  if (headers['mcp-method'] !== method) return mismatch('Mcp-Method', 'the "method" in the body');
  const member = NAMED[method];
  if (member === undefined) return null;
  const name = params[member];
  // A request without a name is for the server to judge; only a header that says another thing is for us.
  const expected = typeof name === 'string' ? name : undefined;
  return decodeHeader(headers['mcp-name']) === expected ? null : mismatch('Mcp-Name', `"params.${member}" in the body`);
}

const ENCODED = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** What a header value stands for; null where it is malformed. */
export function decodeHeader(value: string | string[] | undefined): string | null | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) return null;
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
  return value.startsWith('=?base64?') && value.endsWith('?=') ? null : value;
}

const invalid = (message: string): Refusal => ({ status: 400, code: RPC.invalidParams, message });

/** For a header that does not say what the body says. */
export const mismatch = (header: string, body: string): Refusal => ({
  status: 400,
  code: RPC.headerMismatch,
  message: `the header ${header} is missing, malformed, or not equal to ${body}`,
});
