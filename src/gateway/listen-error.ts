import { HoldfastError } from '../errors/holdfast-error.ts';

/** Why a port could not be listened on: somebody has it, or the address or the port is none that we may have. */
export function listenError(
  { host, port }: { readonly host: string; readonly port: number },
  cause: Error,
): HoldfastError {
  const why = 'code' in cause ? String(cause.code) : cause.message;
  const details = { host, port, why };
  if (why === 'EADDRINUSE') return new HoldfastError('RESOURCE_PORT_TAKEN', { details, cause });
  if (why !== 'EACCES') return new HoldfastError('RESOURCE_ADDRESS', { details, cause });
  const hint =
    'the system keeps this port, as it often does those below 1024: choose another with --port or "holdfast.gateway.port"';
  return new HoldfastError('RESOURCE_ADDRESS', { details, hint, isHintOpen: true, cause });
}
