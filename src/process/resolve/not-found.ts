import { nearest } from '../../errors/nearest.ts';
import { readVariable, type Variables } from '../environment.ts';
import { commandName, isPathLike, type Place, pathsOf } from './place.ts';
import { type Search, searchCommand, searchFolders } from './search-path.ts';
import { nodeOptionsOf } from './shebang.ts';

/** How to get the commands that MCP servers are most often started with. */
const INSTALL: Readonly<Record<string, string>> = {
  node: 'install Node.js from https://nodejs.org',
  npm: 'install Node.js, which brings npm, from https://nodejs.org',
  npx: 'install Node.js, which brings npx, from https://nodejs.org',
  pnpm: 'install it with "npm install -g pnpm"',
  uv: 'install uv: https://docs.astral.sh/uv/getting-started/installation',
  uvx: 'install uv, which brings uvx: https://docs.astral.sh/uv/getting-started/installation',
  python: 'install Python from https://www.python.org/downloads',
  python3: 'install Python from https://www.python.org/downloads',
  py: 'install Python, which brings py, from https://www.python.org/downloads',
  docker: 'install Docker: https://docs.docker.com/get-started/get-docker',
  deno: 'install Deno: https://docs.deno.com/runtime/getting_started/installation',
  bun: 'install Bun: https://bun.sh/docs/installation',
  bunx: 'install Bun, which brings bunx: https://bun.sh/docs/installation',
};

/** `py` is the launcher that Python brings for Windows, and the surest of the three there; elsewhere it may be anything. */
const PYTHONS = ['py', 'python3', 'python'];

/** Other names under which the same thing may be here. */
const ALTERNATIVES: Readonly<Record<string, readonly string[]>> = {
  py: PYTHONS,
  python: PYTHONS,
  python3: PYTHONS,
  node: ['nodejs'],
  docker: ['podman'],
  pip: ['pip3'],
};

/** What runs a script, by its extension. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
  '.py': 'python',
  '.ps1': 'powershell',
  '.sh': 'sh',
};

/**
 * The nearest thing to do about a command that was not found; `undefined` where nothing better than the catalogue's is known.
 *
 * @param own our own environment, to see whether only the server's PATH lacks the command
 */
export async function hintForMissing(
  place: Place,
  command: string,
  search: Search,
  own: Variables,
): Promise<string | undefined> {
  const trimmed = command.trim();
  const [first = '', ...rest] = trimmed.split(/\s+/);
  if (rest.length > 0 && (!isPathLike(place.os, first) || (await searchCommand(place, first)).found !== undefined)) {
    return `write the arguments in "args": "command": ${JSON.stringify(first)}, "args": ${JSON.stringify(rest)}`;
  }
  if (trimmed.startsWith('~')) return '"~" is not expanded here: write the full path';
  if (isPathLike(place.os, command) && search.storeStub === undefined) {
    const file = pathsOf(place).resolve(place.cwd, command);
    if ((await place.files.kind(file)) === 'directory') return `${file} is a folder: name the program in it`;
    return pathsOf(place).isAbsolute(command)
      ? `there is no such file: check the path, or build or install what should be there`
      : `there is no file ${file}: a relative command is looked for in the server's "cwd"`;
  }

  const ownPath = readVariable(place.os, own, 'PATH');
  if (ownPath !== undefined && ownPath !== readVariable(place.os, place.env, 'PATH')) {
    const { found } = await searchCommand({ ...place, env: { ...place.env, PATH: ownPath } }, command);
    if (found !== undefined) return `it is at ${found}, but the server's own PATH in "env" leaves that folder out`;
  }
  const name = commandName(place.os, command);
  const other = await alternative(place, name);
  if (search.storeStub !== undefined) {
    const instead = other === undefined ? `: ${INSTALL.python}` : `; "${other}" is here: use it as "command"`;
    return `"${name}" is only the placeholder that opens the Microsoft Store${instead}`;
  }
  if (other !== undefined) return `"${other}" is here: use it as "command"`;
  if (Object.hasOwn(INSTALL, name)) return INSTALL[name];
  const similar = nearest(name, await namesOnPath(place));
  return similar === undefined
    ? undefined
    : `did you mean "${similar}"? otherwise install it, or write its full path in "command"`;
}

async function alternative(place: Place, name: string): Promise<string | undefined> {
  for (const other of ALTERNATIVES[name] ?? []) {
    if (other === name || (other === 'py' && place.os !== 'windows')) continue;
    if ((await searchCommand(place, other)).found !== undefined) return other;
  }
  return undefined;
}

/** How to start a file that is no program by itself; `undefined` where only its permissions can be wrong. */
export async function hintForScript(place: Place, file: string): Promise<string | undefined> {
  const text = (await place.files.readText(file, 256)) ?? '';
  const interpreter =
    nodeOptionsOf(text) !== undefined ? 'node' : INTERPRETERS[pathsOf(place).extname(file).toLowerCase()];
  if (interpreter === undefined) return undefined;
  const other = place.os === 'windows' ? '' : ', or make the file executable with chmod +x';
  return `it is a script: write "command": "${interpreter}" and the file first in "args"${other}`;
}

async function namesOnPath(place: Place): Promise<readonly string[]> {
  const lists = await Promise.all(searchFolders(place).map(folder => place.files.list(folder)));
  return [...new Set(lists.flat().map(file => commandName(place.os, file)))];
}
