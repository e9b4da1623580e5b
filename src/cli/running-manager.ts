import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Cli } from './context.ts';
import { type ControlClient, connectControl } from './control-client.ts';
import { findConfig, findStateDir, shortPath } from './places.ts';

/** @throws HoldfastError CONNECTION_NO_MANAGER */
export async function runningManager(cli: Cli): Promise<ControlClient> {
  const client = await connectControl(findStateDir(cli));
  if (client !== null) return client;
  const isNamed = cli.options.stateDir !== undefined || (cli.env.HOLDFAST_STATE_DIR ?? '') !== '';
  const config = isNamed ? undefined : shortPath(findConfig(cli), cli.cwd);
  throw new HoldfastError('CONNECTION_NO_MANAGER', { details: { config } });
}
