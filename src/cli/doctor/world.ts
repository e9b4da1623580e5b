import { homedir } from 'node:os';
import { loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../errors/config-error.ts';
import { childEnvironment } from '../../process/environment.ts';
import { hostPlace } from '../../process/host-place.ts';
import { realFiles } from '../../process/resolve/files.ts';
import type { Cli } from '../context.ts';
import { findConfig, isConfigNamed } from '../places.ts';
import { findPlan } from '../server-plan.ts';
import type { Loaded, World } from './check.ts';

/** This machine, and the configuration as far as there is one. */
export async function readWorld(cli: Cli): Promise<World> {
  const { os, nodePath, versions } = hostPlace();
  const loaded = await load(cli);
  const { env } = childEnvironment({ os, own: cli.env, server: { env: {}, inheritEnv: false } });
  return {
    os,
    cli,
    loaded,
    place: { os, files: realFiles, env, cwd: cli.cwd, home: homedir(), nodePath, nodeVersion: versions.node },
    servers: (loaded.config?.servers ?? []).map(server => ({ server, plan: findPlan(server, cli) })),
  };
}

async function load(cli: Cli): Promise<Loaded> {
  let file: string | null = null;
  try {
    file = findConfig(cli);
    return { file, config: await loadConfig(file, cli.env, homedir()), error: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Nobody has asked for one, and everything else can be looked at without.
    if (file === null && !isConfigNamed(cli)) return { file, config: null, error: null };
    return { file, config: null, error };
  }
}
