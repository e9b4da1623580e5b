import { parseAddress } from '../config/remote.ts';
import type { RemoteServer } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { variableFault } from './variable-fault.ts';

/**
 * Where a remote server is.
 *
 * @throws HoldfastError why it cannot be used, before anything is sent: PROCESS_VARIABLE_MISSING, NETWORK_TRANSPORT,
 *   NETWORK_NO_ENDPOINT
 */
export function remoteTarget(config: RemoteServer): URL {
  const { name: server, problem, transport, url } = config;
  if (problem !== undefined) throw variableFault(config, problem);
  if (transport !== 'http') throw new HoldfastError('NETWORK_TRANSPORT', { server, details: { transport } });
  const address = parseAddress(url);
  if (address !== null) return address;
  const reason = 'the address does not begin with http:// or https://';
  throw new HoldfastError('NETWORK_NO_ENDPOINT', { server, details: { reason } });
}
