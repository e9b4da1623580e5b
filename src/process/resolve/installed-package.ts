import { type Place, pathsOf } from './place.ts';
import { nodeOptionsOf } from './shebang.ts';

/** A package as it lies on the disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** The node_modules folder it lies in. */
  readonly modules: string;
  /** Command name to script, relative to the folder. */
  readonly bin: Readonly<Record<string, string>>;
  /** `engines.node`, where it says one. */
  readonly engines: string | undefined;
}

/** A command of a package that Node runs. */
export interface Entry {
  /** Absolute path of the script. */
  readonly script: string;
  /** What its first line tells Node. */
  readonly options: readonly string[];
}

/** Reads a package of a node_modules folder; `undefined` where there is none, or none that could be started. */
export async function readPackage(place: Place, modules: string, name: string): Promise<InstalledPackage | undefined> {
  const folder = pathsOf(place).join(modules, ...name.split('/'));
  const manifest = await readManifest(place, folder);
  if (typeof manifest?.name !== 'string' || typeof manifest.version !== 'string') return undefined;
  const engines = isRecord(manifest.engines) ? manifest.engines.node : undefined;
  return {
    name: manifest.name,
    version: manifest.version,
    folder,
    modules,
    bin: readBin(manifest.name, manifest.bin),
    engines: typeof engines === 'string' ? engines : undefined,
  };
}

/** A folder's package.json; `undefined` where it is missing or broken. */
export async function readManifest(place: Place, folder: string): Promise<Record<string, unknown> | undefined> {
  return readJson(place, pathsOf(place).join(folder, 'package.json'));
}

/** A JSON file's object; `undefined` where it is missing or broken, which for npm's own files means an unfinished install. */
export async function readJson(place: Place, file: string): Promise<Record<string, unknown> | undefined> {
  const text = await place.files.readText(file, 8 << 20);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The command that npx runs for a package: the only one, else the one named as the package is without its scope. */
function ownCommand(installed: InstalledPackage): string | undefined {
  const names = Object.keys(installed.bin);
  if (new Set(Object.values(installed.bin)).size === 1) return names[0];
  const name = unscoped(installed.name);
  return name in installed.bin ? name : undefined;
}

/** The script of a package's command, or why Node cannot run it directly. */
export async function entryOf(
  place: Place,
  installed: InstalledPackage,
  command: string | undefined,
): Promise<Entry | { readonly reason: string }> {
  const called = `${installed.name}@${installed.version}`;
  const name = command ?? ownCommand(installed);
  const script = name === undefined ? undefined : installed.bin[name];
  if (script === undefined) {
    return {
      reason: name === undefined ? `${called} has no command of its own name` : `${called} has no command "${name}"`,
    };
  }
  const file = pathsOf(place).resolve(installed.folder, script);
  const text = await place.files.readText(file, 512);
  if (text === undefined) return { reason: `${called} lacks its file "${script}"` };
  const options = nodeOptionsOf(text);
  return options === undefined
    ? { reason: `"${script}" of ${called} is not a node script` }
    : { script: file, options };
}

/** The commands of a package.json `bin` field, which may be one path. */
export function readBin(name: string, bin: unknown): Record<string, string> {
  if (typeof bin === 'string') return { [unscoped(name)]: bin };
  if (!isRecord(bin)) return {};
  return Object.fromEntries(
    Object.entries(bin).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

const unscoped = (name: string): string => name.replace(/^@[^/]+\//, '');

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
