import {
  type Entry,
  entryOf,
  type InstalledPackage,
  isRecord,
  readBin,
  readJson,
  readManifest,
  readPackage,
} from './installed-package.ts';
import { npmCacheFolder, npmGlobalModules, npmProject } from './npm-folders.ts';
import type { NpxRequest } from './npx-request.ts';
import { newestFirst, permits } from './package-spec.ts';
import { type Place, pathsOf, upwards } from './place.ts';
import { readShim } from './read-shim.ts';
import { nodeOptionsOf } from './shebang.ts';

/** A command that npx would run and that lies here already. */
export interface Installed {
  readonly entry: Entry;
  readonly package: InstalledPackage;
}

/** Why npx has to do it. */
export interface NotInstalled {
  readonly reason: string;
}

/**
 * Looks for what an npx line asks for where npx itself would: commands and packages of the folder and those above it, global
 * packages, then npx's own cache, newest first. The network is never asked.
 *
 * @param npxCli real path of npx's script, which tells where global packages are
 */
export async function findInstalled(
  place: Place,
  request: NpxRequest,
  npxCli: string | undefined,
): Promise<Installed | NotInstalled> {
  const { name } = request.spec;
  const project = await npmProject(place);
  const own = await readManifest(place, project);
  if (own?.name === name || (request.command !== undefined && request.command in readBin('', own?.bin))) {
    return { reason: `the project in ${project} provides it itself` };
  }
  if (request.command !== undefined) {
    const command = await findLocalCommand(place, request.command);
    if (command !== undefined) return command;
  }

  const globally = await npmGlobalModules(place, npxCli);
  const folders = upwards(place, place.cwd).map(folder => pathsOf(place).join(folder, 'node_modules'));
  const seen: string[] = [];
  for (const modules of globally === undefined ? folders : [...folders, globally]) {
    const found = await readPackage(place, modules, name);
    if (found === undefined) continue;
    if (permits(request.spec, found.version)) return withEntry(place, found, request.bin);
    seen.push(found.version);
  }
  return findCached(place, request, seen);
}

async function withEntry(
  place: Place,
  installed: InstalledPackage,
  command: string | undefined,
): Promise<Installed | NotInstalled> {
  const entry = await entryOf(place, installed, command);
  return 'reason' in entry ? entry : { entry, package: installed };
}

async function findCached(
  place: Place,
  request: NpxRequest,
  seen: readonly string[],
): Promise<Installed | NotInstalled> {
  const paths = pathsOf(place);
  const cache = paths.join(await npmCacheFolder(place), '_npx');
  const cached: InstalledPackage[] = [];
  for (const folder of await place.files.list(cache)) {
    const found = await readPackage(place, paths.join(cache, folder, 'node_modules'), request.spec.name);
    if (found !== undefined && (await isComplete(place, found, request.spec.name))) cached.push(found);
  }
  const fitting = cached.filter(found => permits(request.spec, found.version));
  fitting.sort((a, b) => newestFirst(a.version, b.version));
  let last: NotInstalled | undefined;
  for (const candidate of fitting) {
    const result = await withEntry(place, candidate, request.bin);
    if (!('reason' in result)) return result;
    last ??= result;
  }
  if (last !== undefined) return last;
  const versions = [...new Set([...seen, ...cached.map(found => found.version)])];
  return { reason: versions.length === 0 ? 'it is not installed yet' : `only ${versions.join(', ')} is installed` };
}

/** npm writes the hidden lockfile last: without it, or with another version in it, an install was cut off. */
async function isComplete(place: Place, installed: InstalledPackage, name: string): Promise<boolean> {
  const lock = await readJson(place, pathsOf(place).join(installed.modules, '.package-lock.json'));
  const entry = isRecord(lock?.packages) ? lock.packages[`node_modules/${name}`] : undefined;
  return isRecord(entry) && entry.version === installed.version;
}

/** npx takes a command of that name from the nearest `.bin`, whichever package put it there. */
async function findLocalCommand(place: Place, command: string): Promise<Installed | NotInstalled | undefined> {
  const paths = pathsOf(place);
  for (const folder of upwards(place, place.cwd)) {
    const modules = paths.join(folder, 'node_modules');
    const file = paths.join(modules, '.bin', place.os === 'windows' ? `${command}.cmd` : command);
    if ((await place.files.kind(file)) !== 'file') continue;
    const script = await targetOf(place, file);
    const owner = script === undefined ? undefined : await ownerOf(place, modules, script);
    const options = script === undefined ? undefined : nodeOptionsOf((await place.files.readText(script, 512)) ?? '');
    if (script === undefined || owner === undefined || options === undefined)
      return { reason: `${file} is not a node script` };
    return { entry: { script, options }, package: owner };
  }
  return undefined;
}

async function targetOf(place: Place, file: string): Promise<string | undefined> {
  if (place.os !== 'windows') return place.files.realPath(file);
  const shim = readShim((await place.files.readText(file)) ?? '');
  return shim === undefined ? undefined : pathsOf(place).resolve(pathsOf(place).dirname(file), shim.target);
}

/** The package that a script belongs to; folders with a package.json that only sets "type" are passed over. */
async function ownerOf(place: Place, modules: string, script: string): Promise<InstalledPackage | undefined> {
  const paths = pathsOf(place);
  for (const folder of upwards(place, paths.dirname(script))) {
    const manifest = await readManifest(place, folder);
    if (typeof manifest?.name !== 'string') continue;
    const found = await readPackage(place, paths.dirname(folder), paths.basename(folder));
    return found === undefined ? undefined : { ...found, modules };
  }
  return undefined;
}
