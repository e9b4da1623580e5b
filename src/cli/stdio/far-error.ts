import type { Code } from '../../errors/catalogue.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';

/**
 * What went wrong on the way to the manager at `url`, with what to do about it here: the catalogue speaks to whoever configures a remote
 * server, but this is the address and the token of `connect` itself. Only the host is named, since an address may hold secrets.
 */
export function farError(error: HoldfastError, url: string): HoldfastError {
  const hint = hintFor(error.code, error.details.status, new URL(url));
  if (hint === null) return error;
  const { code, details, mayHaveRun, cause } = error;
  return new HoldfastError(code, { details, mayHaveRun, cause, hint, isHintOpen: true });
}

function hintFor(code: Code, status: unknown, { host, pathname }: URL): string | null {
  switch (code) {
    case 'NETWORK_AUTH':
      return status === 403
        ? `the manager at ${host} is not meant to be reached by this name: use the address that "holdfast up" prints there as --url`
        : `set HOLDFAST_TOKEN for this "connect" to the token of the manager at ${host}, which "holdfast up" prints there`;
    case 'NETWORK_NO_ENDPOINT': {
      const name = /^\/servers\/([^/]+)\/mcp$/.exec(pathname)?.[1];
      return name !== undefined && status === 404
        ? `the manager at ${host} has no server "${name}": correct the name in --url, or use /mcp for all servers`
        : `correct --url: at a manager all servers together are at /mcp, each one at /servers/NAME/mcp`;
    }
    case 'NETWORK_DNS':
    case 'NETWORK_REFUSED':
    case 'NETWORK_TIMEOUT':
    case 'NETWORK_HTTP_STATUS':
    case 'CONNECTION_LOST':
    case 'CONNECTION_HOLD_TIMEOUT':
      return `the manager at ${host} cannot be reached: start it there with "holdfast up", or correct --url`;
    default:
      return null;
  }
}
