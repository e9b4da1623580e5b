import type { IncomingMessage } from 'node:http';
import { isStateless, MODERN_VERSION } from '../session/era.ts';
import type { Envelope } from '../session/json-text.ts';

/** The server that a path means, `others` for a path that is none of MCP, or null for one that cannot be read. */
export function targetOf(url: string): { readonly server: string | null } | 'others' | null {
  const path = pathOf({ url });
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

/** As it was sent: nothing is decoded, and no `..` followed. */
export const pathOf = ({ url = '' }: { readonly url?: string | undefined }): string => url.split('?', 1)[0] ?? '';

/** What tells strangers no more than yes or no. */
export const isProbe = ({ url = '' }: IncomingMessage): boolean => /^\/(?:livez|readyz)(?:\?|$)/.test(url);

/** Where clients look for OAuth once they have met a 401. "Who are you?" would only make them look on; there is none. */
export const isSignIn = ({ url = '' }: IncomingMessage): boolean => /^\/(?:\.well-known\/|register(?:\?|$))/.test(url);

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Whether a message is of a revision without sessions: by its own word, or by that of its header. */
export function isModern({ headers }: IncomingMessage, envelope: Envelope): boolean {
  const version = headers['mcp-protocol-version'];
  if (typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version >= MODERN_VERSION) return true;
  return isStateless(envelope);
}
