import type { Cli } from '../context.ts';
import type { EndpointWish } from '../endpoint.ts';
import type { ExitCode } from '../exit-codes.ts';
import { holdForeground } from '../foreground.ts';
import { findConfig, findStateDir } from '../places.ts';

/** Runs the manager and its endpoint in the foreground until Ctrl-C. */
export async function up(cli: Cli, endpoint: EndpointWish): Promise<ExitCode> {
  const configFile = findConfig(cli);
  return holdForeground(cli, { configFile, stateDir: findStateDir(cli, configFile), env: cli.env, endpoint });
}
