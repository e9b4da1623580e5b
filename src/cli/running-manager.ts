import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readHolder } from '../daemon/instance-lock.ts';
import { ConfigError } from '../errors/config-error.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Cli } from './context.ts';
import { type ControlClient, connectControl } from './control-client.ts';
import { findConfig, findStateDir, isConfigNamed, isStateDirNamed, shortPath } from './places.ts';
import { UsageError } from './usage-error.ts';

/** @throws HoldfastError CONNECTION_NO_MANAGER */
export async function runningManager(cli: Cli): Promise<ControlClient> {
  const client = await connectControl(await managerDir(cli));
  if (client !== null) return client;
  const config = isStateDirNamed(cli) ? undefined : shortPath(findConfig(cli), cli.cwd);
  throw new HoldfastError('CONNECTION_NO_MANAGER', { details: { config } });
}

/**
 * The state folder of the manager that is meant: that of the configuration; where none is named or found, of the only manager that
 * runs, since nobody types `--config` again for a manager that they can see.
 *
 * @throws ConfigError where there is neither · UsageError where several run
 */
export async function managerDir(cli: Cli): Promise<string> {
  try {
    return findStateDir(cli);
  } catch (error) {
    if (!(error instanceof ConfigError) || isConfigNamed(cli)) throw error;
    const running = await runningDirs(dirname(findStateDir(cli, null)));
    const [only] = running;
    if (only === undefined) throw error;
    if (running.length === 1) return only;
    throw new UsageError(`${running.length} managers are running`, 'name the configuration of one with --config');
  }
}

async function runningDirs(root: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const dirs = names.map(name => join(root, name));
  const holders = await Promise.all(dirs.map(dir => readHolder(dir)));
  return dirs.filter((_, index) => holders[index] != null);
}
