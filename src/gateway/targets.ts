import type { IncomingMessage } from 'node:http';
import type { Envelope } from '../session/json-text.ts';

/** The server that a path means, `others` for a path that is none of MCP, or null for one that cannot be read. */
export function targetOf(url: string): { readonly server: string | null } | 'others' | null {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/mcp') return { server: null };
  const name = /^\/servers\/([^/]+)\/mcp$/.exec(path)?.[1];
  if (name === undefined) return 'others';
  try {
    return { server: decodeURIComponent(name) };
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** What tells nothing that a stranger may not know. */
export const isOpen = ({ url = '' }: IncomingMessage): boolean => /^\/(?:livez|readyz)(?:\?|$)/.test(url);

/** Where clients look for OAuth once they have met a 401. "Who are you?" would only make them look on; there is none. */
export const isSignIn = ({ url = '' }: IncomingMessage): boolean => /^\/(?:\.well-known\/|register(?:\?|$))/.test(url);

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const MODERN_SINCE = '2026-07-28';
const MODERN_MARK = 'io.modelcontextprotocol/protocolVersion';

/** Whether a message is of a revision without sessions: it says so itself, in each request. */
export function isModern({ headers }: IncomingMessage, envelope: Envelope): boolean {
  const version = headers['mcp-protocol-version'];
  if (typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version >= MODERN_SINCE) return true;
  if (envelope.kind === 'batch') return false;
  if (envelope.method === 'server/discover' || envelope.method === 'subscriptions/listen') return true;
  const params = envelope.value.params as { _meta?: unknown } | null | undefined;
  const meta = typeof params === 'object' ? params?._meta : undefined;
  return typeof meta === 'object' && meta !== null && Object.hasOwn(meta, MODERN_MARK);
}
