import type { Cli } from '../context.ts';
import type { EndpointWish } from '../endpoint.ts';
import type { ExitCode } from '../exit-codes.ts';
import { holdForeground } from '../foreground.ts';
import { findConfig, findStateDir } from '../places.ts';

/** `attached`: here, until Ctrl-C. `detached`: in the background. `background`: we are the one that was put there. */
export type UpMode = 'attached' | 'detached' | 'background';

/** Runs the manager and its endpoint. */
export async function up(cli: Cli, endpoint: EndpointWish, mode: UpMode): Promise<ExitCode> {
  const configFile = findConfig(cli);
  const stateDir = findStateDir(cli, configFile);
  if (mode === 'detached') {
    const { upDetached } = await import('../up-detached.ts');
    return upDetached(cli, { configFile, stateDir, endpoint });
  }
  return holdForeground(cli, { configFile, stateDir, env: cli.env, endpoint, isInBackground: mode === 'background' });
}
