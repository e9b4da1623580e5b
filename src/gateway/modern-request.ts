// What a request of 2026-07-28 must say of itself, checked before anything is routed.

import { isObject } from '../config/is-object.ts';
import { MODERN_VERSION, metaOf, RESERVED, VERSION_MARK } from '../session/era.ts';
import { LEGACY_VERSIONS } from '../session/handshake.ts';
import { type RequestEnvelope, rawMember } from '../session/json-text.ts';
import type { ClientProfile } from '../supervisor/attachment.ts';

/** Newest first; the older ones are served after an `initialize`. */
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

/** A JSON-RPC error, with its status where the transport has such. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: object;
}

export type Checked =
  | { readonly ok: true; readonly request: ModernRequest }
  | { readonly ok: false; readonly refusal: Refusal };

export function checkRequest(envelope: RequestEnvelope): Checked {
  const meta = metaOf(envelope);
  const refusal = wrongVersion(meta) ?? wrongFields(meta);
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
function wrongVersion(meta: Record<string, unknown>): Refusal | null {
  const requested = meta[VERSION_MARK];
  if (typeof requested !== 'string') return invalid(`"_meta" must have "${VERSION_MARK}"`);
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

const invalid = (message: string): Refusal => ({ status: 400, code: RPC.invalidParams, message });
