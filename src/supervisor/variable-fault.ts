import type { ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** Why a server with a `problem` cannot start. Names of variables are no secret: clients hear them, too; the rest may hold paths. */
export function variableFault({ name: server, kind, unset = [] }: ServerConfig, problem: string): HoldfastError {
  const what = unset.length === 0 ? 'it' : [...new Set(unset)].join(', ');
  const where = kind === 'remote' ? 'write a default into "url" or "headers"' : 'write a default into its entry';
  const isOwn = kind === 'remote' || unset.length > 0;
  return new HoldfastError('PROCESS_VARIABLE_MISSING', {
    server,
    details: { problem },
    ...(isOwn ? { hint: `set ${what} where Holdfast is started, or ${where}`, isHintOpen: true } : {}),
  });
}
