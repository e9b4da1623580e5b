import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Os } from '../platform/platform.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Located {
  /** Absolute; `null` where none of the places holds a file. A file that was named is not looked for. */
  readonly file: string | null;
  /** Every place that was asked, in order, for the error that says where to put it. */
  readonly tried: readonly string[];
}

/** Finds the configuration: `--config`, `HOLDFAST_CONFIG`, `./holdfast.json`, `holdfast.json` in the user's config folder. */
export function locateConfig(where: {
  /** Value of `--config`. */
  readonly flag?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  readonly home: string;
  readonly os: Os;
  /** Default: asks the disk. */
  readonly isFile?: (path: string) => boolean;
}): Located {
  const { flag, env, cwd, home, os, isFile = isFileOnDisk } = where;
  const path = pathsOf(os);
  const named = flag ?? filled(env.HOLDFAST_CONFIG);
  if (named !== undefined) {
    const file = path.resolve(cwd, named);
    return { file, tried: [file] };
  }
  const tried = [path.resolve(cwd, 'holdfast.json'), path.join(configFolder(env, home, os), 'holdfast.json')];
  return { file: tried.find(isFile) ?? null, tried };
}

/**
 * The folder for what outlives a manager (socket, journal, catalogues): `--state-dir`, `HOLDFAST_STATE_DIR`, else one
 * for each configuration, by its path. Absolute; it is not created.
 */
export function stateDir(where: {
  /** Value of `--state-dir`. */
  readonly flag?: string | undefined;
  readonly env: Environment;
  /** Real path of the configuration, so that all ways to one file lead to one folder. */
  readonly configFile: string;
  readonly os: Os;
  readonly home: string;
  /** For a relative `flag`. Default: that of this process. */
  readonly cwd?: string | undefined;
}): string {
  const { flag, env, configFile, os, home, cwd = process.cwd() } = where;
  const path = pathsOf(os);
  const named = flag ?? filled(env.HOLDFAST_STATE_DIR);
  if (named !== undefined) return path.resolve(cwd, named);
  // Short, since it is part of a socket's path, which may have about 100 bytes.
  const hash = createHash('sha256').update(configFile).digest('hex').slice(0, 16);
  return path.join(stateFolder(env, home, os), 'holdfast', hash);
}

function configFolder(env: Environment, home: string, os: Os): string {
  const path = pathsOf(os);
  switch (os) {
    case 'windows':
      return path.join(filled(env.APPDATA) ?? path.join(home, 'AppData', 'Roaming'), 'holdfast');
    case 'macos':
      return path.join(home, 'Library', 'Application Support', 'holdfast');
    case 'linux':
      return path.join(xdg(env.XDG_CONFIG_HOME) ?? path.join(home, '.config'), 'holdfast');
  }
}

function stateFolder(env: Environment, home: string, os: Os): string {
  const path = pathsOf(os);
  switch (os) {
    case 'windows':
      return filled(env.LOCALAPPDATA) ?? path.join(home, 'AppData', 'Local');
    case 'macos':
      return path.join(home, 'Library', 'Application Support');
    case 'linux':
      return xdg(env.XDG_STATE_HOME) ?? path.join(home, '.local', 'state');
  }
}

function pathsOf(os: Os) {
  return os === 'windows' ? win32 : posix;
}

function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** The XDG specification has relative values ignored. */
function xdg(value: string | undefined): string | undefined {
  return value !== undefined && posix.isAbsolute(value) ? value : undefined;
}

function isFileOnDisk(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
