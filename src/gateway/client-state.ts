import { LEGACY_VERSIONS } from '../session/handshake.ts';
import type { ClientProfile } from '../supervisor/attachment.ts';

/** What has to be known of a session for it to go on after the manager was started again. */
export interface ClientState {
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly clientInfo: ClientProfile['clientInfo'];
  readonly roots: string | null;
  readonly logLevel: string | null;
  readonly subscriptions: readonly string[];
}

/** What a client may say of itself, and of its roots, in characters: it is kept as long as its session, and on disk. */
export const MAX_PROFILE = 131_072;

/** What the `params` of an `initialize` tell, before the revision is settled. */
export function firstState({ protocolVersion, capabilities, clientInfo }: Record<string, unknown>): ClientState {
  return {
    protocolVersion: String(protocolVersion),
    capabilities: asObject(capabilities),
    clientInfo: infoOf(clientInfo),
    roots: null,
    logLevel: null,
    subscriptions: [],
  };
}

/** The revision that both sides speak: the client's where we know it, lowered to the server's. */
export function negotiated(wanted: string, offered: unknown): string {
  const versions: readonly string[] = LEGACY_VERSIONS;
  const known = versions.includes(wanted) ? wanted : LEGACY_VERSIONS[0];
  const server = typeof offered === 'string' && versions.includes(offered) ? offered : LEGACY_VERSIONS[0];
  // Dates, so that the earlier one is the lower text.
  return known < server ? known : server;
}

/** Requests that a client need not repeat after a restart. */
export const isRemembered = (method: string): boolean =>
  method === 'logging/setLevel' || method === 'resources/subscribe' || method === 'resources/unsubscribe';

/** What is to be remembered after a request that the server has taken. */
export function stateAfter(state: ClientState, method: string, { level, uri }: Record<string, unknown>): ClientState {
  if (method === 'logging/setLevel') return typeof level === 'string' ? { ...state, logLevel: level } : state;
  if (typeof uri !== 'string') return state;
  const others = state.subscriptions.filter(other => other !== uri);
  return { ...state, subscriptions: method === 'resources/unsubscribe' ? others : [...others, uri] };
}

export const profileOf = ({ capabilities, roots, clientInfo }: ClientState): ClientProfile => ({
  capabilities,
  roots,
  clientInfo,
});

export const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

function infoOf(value: unknown): ClientProfile['clientInfo'] {
  const { name, version, ...more } = asObject(value);
  return {
    ...more,
    name: typeof name === 'string' ? name : 'unknown',
    version: typeof version === 'string' ? version : '',
  };
}
