import { parseAddress } from './remote.ts';
import type { ServerConfig } from './types.ts';

/** The values that a server was given to keep, for `redactSecrets`. */
export function secretsOf(server: ServerConfig): string[] {
  if (server.kind === 'process') return Object.values(server.env);
  const url = parseAddress(server.url);
  const login = url === null ? [] : [url.username, url.password, ...url.searchParams.values()];
  // Of `Bearer TOKEN` the token alone is one, too.
  return [...Object.values(server.headers).flatMap(value => [value, ...value.split(' ')]), ...login];
}
