import { homedir } from 'node:os';
import { loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../errors/config-error.ts';
import { openNetwork } from '../../platform/native-network.ts';
import type { Clock } from '../../process/clock.ts';
import { childEnvironment } from '../../process/environment.ts';
import { hostPlace } from '../../process/host-place.ts';
import { realFiles } from '../../process/resolve/files.ts';
import type { Cli } from '../context.ts';
import { findConfig, isConfigNamed } from '../places.ts';
import { findPlan } from '../server-plan.ts';
import type { Loaded, World } from './check.ts';
import { inTime, TooLate } from './deadline.ts';

/** This machine, and the configuration as far as there is one. */
export async function readWorld(cli: Cli, clock: Clock, signal: AbortSignal): Promise<World> {
  const { os, nodePath, versions } = hostPlace();
  const loaded = await load(cli, clock);
  const { env } = childEnvironment({ os, own: cli.env, server: { env: {}, inheritEnv: false } });
  return {
    os,
    cli,
    signal,
    loaded,
    network: openNetwork(),
    place: { os, files: realFiles, env, cwd: cli.cwd, home: homedir(), nodePath, nodeVersion: versions.node },
    servers: (loaded.config?.servers ?? []).map(server => ({ server, plan: findPlan(server, cli) })),
  };
}

async function load(cli: Cli, clock: Clock): Promise<Loaded> {
  let file: string | null = null;
  try {
    const found = findConfig(cli);
    file = found;
    return { file, config: await inTime(clock, () => loadConfig(found, cli.env, homedir())), error: null };
  } catch (error) {
    if (error instanceof TooLate && file !== null) {
      const issue = { file, line: null, column: null, key: '', message: `cannot read the file (${error.message})` };
      return { file, config: null, error: new ConfigError([issue], { cause: error }) };
    }
    if (!(error instanceof ConfigError)) throw error;
    // Nobody has asked for one, and everything else can be looked at without.
    if (file === null && !isConfigNamed(cli)) return { file, config: null, error: null };
    return { file, config: null, error };
  }
}
