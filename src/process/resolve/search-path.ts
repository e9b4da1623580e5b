import { readVariable } from '../environment.ts';
import { isPathLike, type Place, pathsOf } from './place.ts';

export interface Search {
  /** Absolute path of the file. On Windows one that was named outright may be of any kind. */
  readonly found?: string;
  /** A file of that name which may not be executed. */
  readonly notExecutable?: string;
  /** Windows: the alias that only offers to install Python from the Store. */
  readonly storeStub?: string;
}

/** What CreateProcess and cmd.exe can start; other entries of PATHEXT need an association that services lack. */
const STARTABLE = ['.COM', '.EXE', '.BAT', '.CMD'];

/**
 * Finds a command as the child would: one that names a folder relative to the child's, others on the child's PATH.
 * On Windows the current folder is not searched, and PATHEXT is.
 */
export async function searchCommand(place: Place, command: string): Promise<Search> {
  return place.os === 'windows' ? searchWindows(place, command) : searchPosix(place, command);
}

/** The absolute folders of the child's PATH, in order. */
export function searchFolders(place: Place): readonly string[] {
  const paths = pathsOf(place);
  const entries = (readVariable(place.os, place.env, 'PATH') ?? '').split(paths.delimiter);
  if (place.os !== 'windows')
    return entries.filter(entry => entry !== '').map(entry => paths.resolve(place.cwd, entry));
  return entries.map(entry => entry.replaceAll('"', '').trim()).filter(entry => paths.isAbsolute(entry));
}

async function searchPosix(place: Place, command: string): Promise<Search> {
  const paths = pathsOf(place);
  const candidates = isPathLike(place.os, command)
    ? [paths.resolve(place.cwd, command)]
    : searchFolders(place).map(folder => paths.join(folder, command));
  let notExecutable: string | undefined;
  for (const candidate of candidates) {
    if ((await place.files.kind(candidate)) !== 'file') continue;
    if (await place.files.isExecutable(candidate)) return { found: candidate };
    notExecutable ??= candidate;
  }
  return notExecutable === undefined ? {} : { notExecutable };
}

async function searchWindows(place: Place, command: string): Promise<Search> {
  const paths = pathsOf(place);
  const named = isPathLike(place.os, command);
  const bases = named
    ? [paths.resolve(place.cwd, command)]
    : searchFolders(place).map(folder => paths.join(folder, command));
  let storeStub: string | undefined;
  for (const base of bases) {
    for (const candidate of withExtensions(place, base, named)) {
      if ((await place.files.kind(candidate)) !== 'file') continue;
      if (!(await isStoreStub(place, candidate))) return { found: candidate };
      storeStub ??= candidate;
    }
  }
  return storeStub === undefined ? {} : { storeStub };
}

function withExtensions(place: Place, base: string, named: boolean): readonly string[] {
  const own = pathsOf(place).extname(base).toUpperCase();
  const listed = (readVariable(place.os, place.env, 'PATHEXT') ?? '')
    .toUpperCase()
    .split(';')
    .map(entry => entry.trim());
  const startable = listed.filter(entry => STARTABLE.includes(entry));
  const added = (startable.length > 0 ? startable : STARTABLE).map(extension => base + extension.toLowerCase());
  // A bare name is never taken without an extension: `npx` beside `npx.cmd` is a shell script.
  return STARTABLE.includes(own) || (named && own !== '') ? [base, ...added] : added;
}

/**
 * Windows puts a `python.exe` on PATH that only opens the Store. A Python that came from the Store is such an alias too,
 * but points elsewhere.
 */
async function isStoreStub(place: Place, file: string): Promise<boolean> {
  if (!/\\Microsoft\\WindowsApps\\python[\d.]*\.exe$/i.test(file)) return false;
  const target = await place.files.linkTarget(file);
  return target === undefined || /PythonRedirector/i.test(target);
}
