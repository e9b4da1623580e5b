import { HoldfastError } from '../../errors/holdfast-error.ts';
import { readVariable } from '../environment.ts';
import { findNode } from './node-programs.ts';
import { hintForScript } from './not-found.ts';
import { type Place, pathsOf } from './place.ts';
import { readShim, type Shim } from './read-shim.ts';
import { nodeOptionsOf } from './shebang.ts';
import type { FoundCommand, Start } from './start.ts';
import { batchArguments, unsafeInBatch } from './windows-quoting.ts';

/** A found file as CreateProcess can start it: a program as it is, a shim as what it runs, a batch file through cmd.exe. */
export async function startWindows(place: Place, found: FoundCommand): Promise<Omit<Start, 'mayDownload'>> {
  const { file, args } = found;
  if (/\.(?:exe|com)$/i.test(file)) return { file, args, launch: 'as-written', why: `found at ${file}` };
  if (!/\.(?:cmd|bat)$/i.test(file)) return startScript(place, found);
  const text = (await place.files.readText(file)) ?? '';
  const shim = readShim(text);
  return shim === undefined ? startBatch(place, found, text) : startShim(place, found, shim);
}

async function startShim(place: Place, found: FoundCommand, shim: Shim): Promise<Omit<Start, 'mayDownload'>> {
  const folder = pathsOf(place).dirname(found.file);
  const target = pathsOf(place).resolve(folder, shim.target);
  if ((await place.files.kind(target)) !== 'file') {
    throw new HoldfastError('PROCESS_COMMAND_NOT_FOUND', {
      server: found.server,
      details: { command: found.command, file: found.file },
      hint: `${found.file} is here, but ${target}, which it starts, is not: install it again`,
    });
  }
  const why = `found at ${found.file}, which is replaced by what it starts`;
  if (shim.runner === 'self') return { file: target, args: found.args, launch: 'resolved', why };
  return {
    file: await findNode(place, folder),
    args: [...shim.options, target, ...found.args],
    launch: 'resolved',
    why,
  };
}

/** Windows knows no first lines; whoever names a node script outright means what POSIX would do. */
async function startScript(place: Place, found: FoundCommand): Promise<Omit<Start, 'mayDownload'>> {
  const options = nodeOptionsOf((await place.files.readText(found.file, 256)) ?? '');
  if (options === undefined) {
    throw new HoldfastError('PROCESS_NOT_EXECUTABLE', {
      server: found.server,
      details: { command: found.command, reason: 'it is no program for Windows', file: found.file },
      hint: await hintForScript(place, found.file),
    });
  }
  const why = `found at ${found.file}, a node script`;
  return { file: await findNode(place), args: [...options, found.file, ...found.args], launch: 'resolved', why };
}

function startBatch(place: Place, found: FoundCommand, text: string): Omit<Start, 'mayDownload'> {
  // The file's own path stands in the same line as the arguments.
  for (const [index, argument] of [found.file, ...found.args].entries()) {
    const unsafe = unsafeInBatch(argument, index === 0 ? '' : text);
    if (unsafe === undefined) continue;
    throw new HoldfastError('PROCESS_COMMAND_UNSAFE', {
      server: found.server,
      details: {
        command: found.command,
        argument: index === 0 ? `its path holds ${unsafe}` : `argument ${index} holds ${unsafe}`,
        index: index - 1,
        file: found.file,
      },
      hint: `a batch file cannot take ${unsafe}: name the program that ${found.file} starts instead of it`,
    });
  }
  return {
    // completeWindows() has seen to it that there is one
    file: readVariable(place.os, place.env, 'ComSpec') ?? 'cmd.exe',
    args: batchArguments(found.file, found.args),
    launch: 'resolved',
    why: `found at ${found.file}, a batch file that only cmd.exe can run`,
    verbatim: true,
  };
}
