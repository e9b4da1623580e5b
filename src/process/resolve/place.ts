import path from 'node:path';
import type { Os } from '../../platform/platform.ts';
import { readVariable } from '../environment.ts';
import type { FileAccess } from './files.ts';

/** Where a command is looked up: the child's system, environment and folder, and the disk. */
export interface Place {
  readonly os: Os;
  readonly files: FileAccess;
  /** The child's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The child's folder; absolute. */
  readonly cwd: string;
  /** The user's home, where the child's environment names none. */
  readonly home: string;
  /** The Node that runs us, for servers that find none of their own. */
  readonly nodePath: string;
  /** The version of `nodePath`, without "v". */
  readonly nodeVersion: string | undefined;
}

/** The path rules of the child's system. */
export function pathsOf(place: { readonly os: Os }): path.PlatformPath {
  return place.os === 'windows' ? path.win32 : path.posix;
}

/** A command's name as people know it: `C:\nodejs\NPX.CMD` is `npx`. */
export function commandName(os: Os, command: string): string {
  const base = pathsOf({ os }).basename(command);
  return os === 'windows' ? base.toLowerCase().replace(/\.(?:exe|com|cmd|bat)$/, '') : base;
}

/** Whether a command says where it is, so that PATH is not asked. */
export function isPathLike(os: Os, command: string): boolean {
  return os === 'windows' ? /[\\/]|^[a-z]:/i.test(command) : command.includes('/');
}

/** A folder and all folders above it, nearest first. */
export function upwards(place: Place, folder: string): readonly string[] {
  const paths = pathsOf(place);
  const folders = [folder];
  for (let here = folder, above = paths.dirname(here); above !== here; here = above, above = paths.dirname(here)) {
    folders.push(above);
  }
  return folders;
}

/** The home folder as the child sees it. */
export function homeOf(place: Place): string {
  return readVariable(place.os, place.env, place.os === 'windows' ? 'USERPROFILE' : 'HOME') ?? place.home;
}
