import { parseAddress } from '../config/remote.ts';
import type { RemoteServer } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

/**
 * Where a remote server is.
 *
 * @throws HoldfastError why it cannot be used, before anything is sent: PROCESS_VARIABLE_MISSING, NETWORK_TRANSPORT,
 *   NETWORK_NO_ENDPOINT
 */
export function remoteTarget({ name: server, problem, transport, url }: RemoteServer): URL {
  if (problem !== undefined) {
    const hint = 'set it where Holdfast is started, or write a default into "url" or "headers"';
    throw new HoldfastError('PROCESS_VARIABLE_MISSING', { server, details: { problem }, hint, isHintOpen: true });
  }
  if (transport !== 'http') throw new HoldfastError('NETWORK_TRANSPORT', { server, details: { transport } });
  const address = parseAddress(url);
  if (address !== null) return address;
  const reason = 'the address does not begin with http:// or https://';
  throw new HoldfastError('NETWORK_NO_ENDPOINT', { server, details: { reason } });
}
