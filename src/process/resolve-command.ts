import type { ProcessServer } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Os } from '../platform/platform.ts';
import { commandLine, MAX_COMMAND_LINE } from '../platform/windows/command-line.ts';
import { childEnvironment, type Variables, withPathFolder } from './environment.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { type FileAccess, realFiles } from './resolve/files.ts';
import type { Place } from './resolve/place.ts';
import { findStart } from './resolve/start.ts';
import { MAX_CMD_LINE } from './resolve/windows-quoting.ts';

export { explain } from './resolve/explain.ts';

export type FinishEnvironment = (
  server: ProcessServer,
  env: Readonly<Record<string, string>>,
) => Readonly<Record<string, string>>;

export interface ResolveContext {
  readonly os: Os;
  /** Our own environment. */
  readonly env: Variables;
  /** The user's home folder, for a child whose environment names none. */
  readonly home: string;
  /** `process.execPath`: the Node for children that find none of their own. */
  readonly nodePath: string;
  /** `process.versions`, to say when a package asks for another Node. */
  readonly versions?: { readonly node: string } | undefined;
  /** What is added to a child's environment once it is complete: its network settings. */
  readonly finish?: FinishEnvironment | undefined;
  /** The disk; the real one unless a test plays another. */
  readonly files?: FileAccess | undefined;
}

/**
 * Finds out what runs for a server, without a shell and without the network.
 *
 * @throws HoldfastError `PROCESS_CWD_MISSING`, `PROCESS_COMMAND_NOT_FOUND`, `PROCESS_NOT_EXECUTABLE`, `PROCESS_COMMAND_UNSAFE`
 *   (an argument that cannot reach the program unchanged), `PROCESS_COMMAND_TOO_LONG` (Windows)
 */
export async function resolveCommand(server: ProcessServer, context: ResolveContext): Promise<LaunchPlan> {
  const { os, nodePath, home } = context;
  const files = context.files ?? realFiles;
  refuseNul(server);
  if ((await files.kind(server.cwd)) !== 'directory') {
    throw new HoldfastError('PROCESS_CWD_MISSING', { server: server.name, details: { cwd: server.cwd } });
  }

  const { env, withheld } = childEnvironment({
    os,
    own: context.env,
    server: { env: server.env, inheritEnv: server.options.inheritEnv },
  });
  const place: Place = { os, files, env, cwd: server.cwd, home, nodePath, nodeVersion: context.versions?.node };
  const { pathFolder, ...start } = await findStart(place, server, context.env);
  const complete = pathFolder === undefined ? env : withPathFolder(os, env, pathFolder);
  const plan: LaunchPlan = {
    ...start,
    env: context.finish === undefined ? complete : context.finish(server, complete),
    cwd: server.cwd,
    withheld,
  };
  if (os === 'windows') refuseTooLong(server, plan);
  return plan;
}

/** No system has a way to pass NUL. */
function refuseNul(server: ProcessServer): void {
  const index = [server.command, ...server.args].findIndex(text => text.includes('\0'));
  if (index === -1) return;
  const argument = index === 0 ? 'the command holds a NUL' : `argument ${index} holds a NUL`;
  throw new HoldfastError('PROCESS_COMMAND_UNSAFE', {
    server: server.name,
    details: { command: server.command.replaceAll('\0', ''), argument, index: index - 1 },
    hint: 'take the NUL character out',
  });
}

function refuseTooLong(server: ProcessServer, plan: LaunchPlan): void {
  const { length } = commandLine(plan.file, plan.args, plan.verbatim);
  const most = plan.verbatim === true ? MAX_CMD_LINE : MAX_COMMAND_LINE;
  if (length <= most) return;
  throw new HoldfastError('PROCESS_COMMAND_TOO_LONG', {
    server: server.name,
    details: { command: server.command, length, most },
  });
}
