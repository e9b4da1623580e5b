import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isObject } from '../../config/is-object.ts';
import { configFromObject, loadConfig } from '../../config/load.ts';
import { isSecretName } from '../../config/secrets.ts';
import { sourceOfText } from '../../config/source.ts';
import type { Config } from '../../config/types.ts';
import type { Cli } from '../context.ts';
import { findConfig, isConfigNamed } from '../places.ts';

/**
 * The configuration of one server that is given as a command. Its options are the defaults of a configuration that was named; a file
 * that merely lies here is none of its business.
 *
 * @throws ConfigError for what is wrong with the file
 */
export async function runConfig(cli: Cli, command: readonly string[]): Promise<Config> {
  const { env, cwd } = cli;
  const [program = '', ...args] = command;
  const own = {
    inheritEnv: true,
    sharing: 'shared',
    start: 'eager',
    dependsOn: [],
    tools: { include: ['*'], exclude: [] },
  };
  const entry = { command: program, args: [], holdfast: own };
  const shape = { mcpServers: { [serverName(command)]: entry }, holdfast: await settingsOf(cli) };
  const config = configFromObject(shape, { env, cwd, home: homedir() });
  // As the client wrote it: `${…}` in an argument has a meaning for the server, if any.
  const servers = config.servers.map(server => ({ ...server, command: program, args, problem: undefined }));
  // What the file would like to warn of has been told to whoever wrote it, by "config check".
  return { ...config, servers, warnings: [] };
}

async function settingsOf(cli: Cli): Promise<unknown> {
  if (!isConfigNamed(cli)) return {};
  const file = findConfig(cli);
  // Checked as a whole, so that mistakes are told with their place.
  await loadConfig(file, cli.env);
  const { value } = sourceOfText(await readFile(file, 'utf8'), file);
  return isObject(value) ? (value.holdfast ?? {}) : {};
}

/** Programs whose first own word is what they run, perhaps after one that says how. */
const RUNNERS = new Set(
  'npx npm pnpm pnpx yarn bun bunx deno node tsx uv uvx pipx python python3 py ruby java dotnet'.split(' '),
);
const VERBS = new Set(['exec', 'x', 'dlx', 'run', 'tool']);
const ENDINGS = /\.(?:exe|cmd|bat|ps1|[cm]?[jt]s|py|rb|jar|dll|sh)$/i;
const MAX_LENGTH = 64;

/** What people call the server: the package or script that it is, else the program. */
export function serverName([program = '', ...args]: readonly string[]): string {
  const own = baseName(program);
  const words = args.filter(arg => !arg.startsWith('-'));
  const run = RUNNERS.has(own.toLowerCase()) ? words.find(word => !VERBS.has(word)) : undefined;
  const name = (run === undefined ? own : baseName(withoutVersion(run))).replace(/[\p{Cc}\p{Cs}]/gu, '');
  return /^\.*$|^__proto__$/.test(name) ? 'server' : name.slice(0, MAX_LENGTH);
}

const baseName = (path: string): string => (path.split(/[\\/]/).at(-1) ?? '').replace(ENDINGS, '');

/** `@scope/name@1.2` → `@scope/name`; `name==1.2` as uv writes it. */
const withoutVersion = (spec: string): string => spec.replace(/(?<=.)(?:@|==)[^/\\]*$/, '');

/** Values that must not be shown. The client has set them for the server among all our variables, so that their names have to tell. */
export function secretsIn(env: Cli['env']): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value !== undefined && isSecretName(name) ? [value] : []));
}
