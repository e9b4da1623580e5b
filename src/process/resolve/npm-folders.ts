import { readVariable } from '../environment.ts';
import { homeOf, type Place, pathsOf, upwards } from './place.ts';

/** Where npm keeps what it has fetched. Environment, the project's .npmrc, the user's, then npm's default; as npm itself asks. */
export async function npmCacheFolder(place: Place): Promise<string> {
  const paths = pathsOf(place);
  const configured = await npmSetting(place, 'cache');
  if (configured !== undefined) return paths.resolve(place.cwd, configured);
  if (place.os !== 'windows') return paths.join(homeOf(place), '.npm');
  const local = readVariable(place.os, place.env, 'LOCALAPPDATA') ?? paths.join(homeOf(place), 'AppData', 'Local');
  return paths.join(local, 'npm-cache');
}

/**
 * The folder of globally installed packages; `undefined` where it cannot be known. Where no setting says, it is told by where
 * npm itself lives; on Windows its installer has left a word with npm, other ways to install Node have not.
 */
export async function npmGlobalModules(place: Place, npxCli: string | undefined): Promise<string | undefined> {
  const paths = pathsOf(place);
  const prefix = await npmSetting(place, 'prefix');
  if (place.os === 'windows') {
    return paths.join(prefix ?? (await windowsPrefix(place, npxCli)), 'node_modules');
  }
  if (prefix !== undefined) return paths.join(prefix, 'lib', 'node_modules');
  return npxCli !== undefined && /\/lib\/node_modules\/npm\/bin\/np[mx]-cli\.js$/.test(npxCli)
    ? paths.resolve(npxCli, '../../..')
    : undefined;
}

async function windowsPrefix(place: Place, npxCli: string | undefined): Promise<string> {
  const paths = pathsOf(place);
  const [, beside, npm] = /^(.+)(\\node_modules\\npm)\\bin\\np[mx]-cli\.js$/i.exec(npxCli ?? '') ?? [];
  if (beside === undefined) {
    const roaming = readVariable(place.os, place.env, 'APPDATA') ?? paths.join(homeOf(place), 'AppData', 'Roaming');
    return paths.join(roaming, 'npm');
  }
  const builtin = (await place.files.readText(`${beside}${npm}\\npmrc`)) ?? '';
  return readNpmrc(builtin, 'prefix', key => variable(place, key)) ?? beside;
}

/** The project that npm sees from a folder: the nearest one that has a package.json or node_modules. */
export async function npmProject(place: Place): Promise<string> {
  const paths = pathsOf(place);
  for (const folder of upwards(place, place.cwd)) {
    if ((await place.files.kind(paths.join(folder, 'package.json'))) === 'file') return folder;
    if ((await place.files.kind(paths.join(folder, 'node_modules'))) === 'directory') return folder;
  }
  return place.cwd;
}

async function npmSetting(place: Place, name: 'cache' | 'prefix'): Promise<string | undefined> {
  const paths = pathsOf(place);
  const fromVariable = variable(place, `npm_config_${name}`);
  if (fromVariable !== undefined) return fromVariable;
  const project = await npmProject(place);
  // npm ignores a prefix in a project's file
  const files = name === 'cache' ? [paths.join(project, '.npmrc')] : [];
  files.push(variable(place, 'npm_config_userconfig') ?? paths.join(homeOf(place), '.npmrc'));
  for (const file of files) {
    const value = readNpmrc((await place.files.readText(file)) ?? '', name, key => variable(place, key));
    if (value !== undefined) return value.startsWith('~/') ? paths.join(homeOf(place), value.slice(2)) : value;
  }
  return undefined;
}

/** npm takes its variables in lower and in upper case. */
function variable(place: Place, name: string): string | undefined {
  return readVariable(place.os, place.env, name) ?? readVariable(place.os, place.env, name.toUpperCase());
}

/** One setting of an .npmrc, its last one, with `${NAME}` replaced; a name that is not set stays as it is. */
export function readNpmrc(
  text: string,
  name: string,
  read: (variable: string) => string | undefined,
): string | undefined {
  let found: string | undefined;
  for (const line of text.split('\n')) {
    if (/^\s*[#;[]/.test(line)) continue;
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === name && value !== undefined) found = value.replace(/^(["'])(.*)\1$/, '$2');
  }
  return found?.replace(/\$\{([^}]+)\}/g, (whole, key: string) => read(key) ?? whole);
}
