import type { ProcessServer } from '../../config/types.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Variables } from '../environment.ts';
import type { LaunchPlan } from '../launch-plan.ts';
import { unwrapCmd } from './cmd-wrapper.ts';
import { findInstalled, type Installed, type NotInstalled } from './find-installed.ts';
import { holdContainer } from './hold-container.ts';
import { mayDownload } from './may-download.ts';
import { findNode, nodeToolScript } from './node-programs.ts';
import { hintForMissing, hintForScript } from './not-found.ts';
import { type NpxRequest, parseNpxRequest } from './npx-request.ts';
import { type LeftToNpm, nodeFits } from './package-spec.ts';
import { commandName, isPathLike, type Place, pathsOf } from './place.ts';
import { searchCommand } from './search-path.ts';
import { startPosix } from './start-posix.ts';
import { startWindows } from './start-windows.ts';

/** The part of a plan that depends on the command. */
export interface Start
  extends Pick<
    LaunchPlan,
    'file' | 'args' | 'launch' | 'why' | 'mayDownload' | 'package' | 'verbatim' | 'container' | 'notes'
  > {
  /** A folder to put in front of the child's PATH. */
  readonly pathFolder?: string | undefined;
}

/** A command that was found: what the system-specific halves work on. */
export interface FoundCommand {
  readonly server: string;
  /** As written. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly file: string;
}

/**
 * Finds what to start for a server's command.
 *
 * @param own our own environment, only for hints
 */
export async function findStart(place: Place, server: ProcessServer, own: Variables): Promise<Start> {
  const asWritten = server.options.launch === 'as-written';
  const { command, args } = asWritten ? server : await unwrapCmd(place, server);
  const name = commandName(place.os, command);
  const search = await searchCommand(place, command);
  // GUI applications hand down a PATH without the user's Node; npx and npm then still lie beside our own.
  const spare =
    search.found === undefined && !isPathLike(place.os, command) ? await besideOurNode(place, command) : undefined;
  const file = search.found ?? spare;
  const tool = file === undefined ? undefined : await nodeToolScript(place, file);

  const request = asWritten ? undefined : parseNpxRequest(name, args);
  const direct = request === undefined ? undefined : await startDirectly(place, name, request, tool);
  if (direct !== undefined && !('reason' in direct)) return direct;
  const whyNot = direct === undefined ? '' : `; not started directly: ${direct.reason}`;

  if (file === undefined) {
    if (name === 'node' && !isPathLike(place.os, command)) {
      const why = 'no node is on the PATH of the server, so the one that runs Holdfast is used';
      return { file: place.nodePath, args, launch: 'resolved', why, mayDownload: false };
    }
    if (search.notExecutable !== undefined) {
      throw new HoldfastError('PROCESS_NOT_EXECUTABLE', {
        server: server.name,
        details: { command, reason: 'no permission to execute it', file: search.notExecutable },
        hint: await hintForScript(place, search.notExecutable),
      });
    }
    const hint = await hintForMissing(place, command, search, own);
    throw new HoldfastError('PROCESS_COMMAND_NOT_FOUND', {
      server: server.name,
      details: { command, file: search.storeStub },
      hint,
    });
  }

  const found: FoundCommand = { server: server.name, command, args, file };
  // A .cmd file cannot be started without cmd.exe, so on Windows its script is taken whatever "launch" says.
  const start =
    tool !== undefined && !(asWritten && place.os !== 'windows')
      ? await startTool(place, found, tool)
      : place.os === 'windows'
        ? await startWindows(place, found)
        : await startPosix(place, found);
  return holdContainer(place, found, asWritten, {
    ...start,
    why: `${start.why}${whyNot}`,
    mayDownload: mayDownload(name, args),
    ...(spare === undefined ? {} : { pathFolder: pathsOf(place).dirname(spare) }),
  });
}

async function besideOurNode(place: Place, command: string): Promise<string | undefined> {
  const { found } = await searchCommand(place, pathsOf(place).join(pathsOf(place).dirname(place.nodePath), command));
  return found !== undefined && (await nodeToolScript(place, found)) !== undefined ? found : undefined;
}

async function startTool(place: Place, found: FoundCommand, script: string): Promise<Omit<Start, 'mayDownload'>> {
  return {
    file: await findNode(place, pathsOf(place).dirname(found.file)),
    args: [script, ...found.args],
    launch: 'resolved',
    why: `found at ${found.file}, whose script node runs`,
  };
}

async function startDirectly(
  place: Place,
  runner: string,
  request: NpxRequest | LeftToNpm,
  npxCli: string | undefined,
): Promise<Start | NotInstalled> {
  if ('reason' in request) return request;
  const installed = await findInstalled(place, request, npxCli);
  if ('reason' in installed) return installed;
  const { entry, package: found } = installed;
  const file = await findNode(place);
  const why = `npx package ${found.name}@${found.version} is already in ${found.modules}, started without ${runner}`;
  return {
    file,
    args: [...entry.options, entry.script, ...request.args],
    launch: 'direct',
    why: `${why}${engineNote(place, file, installed)}`,
    package: { name: found.name, version: found.version },
    mayDownload: false,
    pathFolder: pathsOf(place).join(found.modules, '.bin'),
  };
}

/** Worth a word, not a refusal: npm, too, only warns. */
function engineNote(place: Place, file: string, { package: { engines } }: Installed): string {
  if (engines === undefined || place.nodeVersion === undefined || file !== place.nodePath) return '';
  return nodeFits(place.nodeVersion, engines) ? '' : `; it asks for node ${engines}, this is ${place.nodeVersion}`;
}
