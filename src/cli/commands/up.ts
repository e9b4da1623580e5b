import type { Cli } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { holdForeground } from '../foreground.ts';
import { findConfig, findStateDir } from '../places.ts';

/** Runs the manager in the foreground until Ctrl-C. */
export async function up(cli: Cli): Promise<ExitCode> {
  const configFile = findConfig(cli);
  return holdForeground(cli, { configFile, stateDir: findStateDir(cli, configFile), env: cli.env });
}
