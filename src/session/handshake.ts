import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Era, MODERN_VERSION } from './era.ts';
import { notification, rawMember } from './json-text.ts';
import { brief, serverErrorOf } from './server-error.ts';
import type { Upstream } from './upstream.ts';

/** The revisions that begin with `initialize`, newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/** The `params` of an `initialize` request. */
export interface InitializeParams {
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly clientInfo: { readonly name: string; readonly version: string };
}

export interface Handshake {
  readonly era: Era;
  /** The result of `initialize`, as the server wrote it, or would have. */
  readonly result: string;
  /** What the server speaks. */
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly serverInfo: { readonly name?: unknown; readonly version?: unknown };
}

/** @throws HoldfastError CONNECTION_HANDSHAKE_REJECTED, CONNECTION_PROTOCOL_VERSION, or whatever ends the conversation. */
export async function shakeHands(upstream: Upstream, params: InitializeParams): Promise<Handshake> {
  const answer = await upstream.ask('initialize', params);
  if (answer.error !== null) {
    const { code, message } = serverErrorOf(answer.value.error);
    throw new HoldfastError('CONNECTION_HANDSHAKE_REJECTED', { details: { rpcCode: code, rpcMessage: message } });
  }
  const handshake = handshakeOf(rawMember(answer, ['result'])?.raw ?? '{}', answer.value.result);
  if (handshake === null) {
    const version = (answer.value.result as { protocolVersion?: unknown } | null)?.protocolVersion;
    const details = {
      version: typeof version === 'string' ? brief(version) : 'none',
      known: LEGACY_VERSIONS.join(', '),
    };
    throw new HoldfastError('CONNECTION_PROTOCOL_VERSION', { details });
  }
  upstream.tell(notification('notifications/initialized'));
  return handshake;
}

/** What a raw result of `initialize` says, where `value` is what it parses to; null where its revision is not known here. */
export function handshakeOf(result: string, value: unknown, era: Era = 'legacy'): Handshake | null {
  const { protocolVersion, capabilities, serverInfo } = asObject(value);
  if (typeof protocolVersion !== 'string' || !(LEGACY_VERSIONS as readonly string[]).includes(protocolVersion)) {
    return null;
  }
  const spoken = era === 'modern' ? MODERN_VERSION : protocolVersion;
  return {
    era,
    result,
    protocolVersion: spoken,
    capabilities: asObject(capabilities),
    serverInfo: asObject(serverInfo),
  };
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
