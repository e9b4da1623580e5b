import { homedir } from 'node:os';
import type { ProcessServer } from '../config/types.ts';
import { hostPlace } from '../process/host-place.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import { type FinishEnvironment, resolveCommand } from '../process/resolve-command.ts';

/** How commands are resolved on this machine, with these variables as our own. `finish` completes a child's environment. */
export function resolverFor(
  env: Readonly<Record<string, string | undefined>>,
  finish?: FinishEnvironment,
): (config: ProcessServer) => Promise<LaunchPlan> {
  return config => resolveCommand(config, { ...hostPlace(), env, home: homedir(), finish });
}
