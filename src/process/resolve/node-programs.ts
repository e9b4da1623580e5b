import { npmGlobalModules } from './npm-folders.ts';
import { commandName, type Place, pathsOf } from './place.ts';
import { searchCommand } from './search-path.ts';

/** Commands that are node scripts behind a link or a `.cmd` file. */
const NODE_TOOLS = new Set(['npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'yarnpkg', 'corepack']);

/** The Node that a script of the child runs with: the one beside its shim (Windows), the one on the child's PATH, else ours. */
export async function findNode(place: Place, beside?: string): Promise<string> {
  if (place.os === 'windows' && beside !== undefined) {
    const near = pathsOf(place).join(beside, 'node.exe');
    if ((await place.files.kind(near)) === 'file') return near;
  }
  const { found } = await searchCommand(place, 'node');
  // a node.cmd of a version manager would need cmd.exe again
  return found !== undefined && (place.os !== 'windows' || /\.exe$/i.test(found)) ? found : place.nodePath;
}

/**
 * The script behind a found `npx`, `npm`, `pnpm` or `yarn`, so that it needs neither shell nor shim; `undefined` for others
 * and for the binaries that version managers put in their place.
 */
export async function nodeToolScript(place: Place, found: string): Promise<string | undefined> {
  const name = commandName(place.os, found);
  if (!NODE_TOOLS.has(name)) return undefined;
  if (place.os !== 'windows') {
    const real = await place.files.realPath(found);
    return real !== undefined && /\.[cm]?js$/.test(real) ? real : undefined;
  }
  if (!/\.(?:cmd|bat)$/i.test(found)) return undefined;
  // Node's own npx.cmd finds its script in ways that only cmd.exe understands: an npm that the user has upgraded, else the
  // one beside it.
  const paths = pathsOf(place);
  const existing = async (modules: string | undefined): Promise<string | undefined> => {
    const script = modules === undefined ? undefined : paths.join(modules, 'npm', 'bin', `${name}-cli.js`);
    return script !== undefined && (await place.files.kind(script)) === 'file' ? script : undefined;
  };
  const beside = await existing(paths.join(paths.dirname(found), 'node_modules'));
  return (await existing(await npmGlobalModules(place, beside))) ?? beside;
}
