import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { locateConfig, stateDir } from '../config/locate.ts';
import { ConfigError } from '../errors/config-error.ts';
import { os } from '../platform/platform.ts';
import type { Cli, GlobalOptions } from './context.ts';

/** @throws ConfigError where there is no configuration, with the places that were asked. */
export function findConfig({ options, env, cwd }: Cli): string {
  const { file, tried } = locateConfig({ flag: options.config, env, cwd, home: homedir(), os });
  if (file !== null) return file;
  const [first = '', ...others] = tried;
  const elsewhere = others.length === 0 ? '' : `, nor is there ${others.join(' or ')}`;
  const message = `there is no such file${elsewhere}; name yours with --config`;
  throw new ConfigError([{ file: first, line: null, column: null, key: '', message }]);
}

export const isConfigNamed = ({ options, env }: Cli): boolean =>
  options.config !== undefined || (env.HOLDFAST_CONFIG ?? '') !== '';

export const isStateDirNamed = ({ options, env }: Cli): boolean =>
  options.stateDir !== undefined || (env.HOLDFAST_STATE_DIR ?? '') !== '';

/**
 * The state folder; the configuration is looked for only where its path decides. `null`: of no configuration, for the sake of the
 * folder around it. @throws ConfigError
 */
export function findStateDir(cli: Cli, configFile?: string | null): string {
  const { options, env, cwd } = cli;
  const file = isStateDirNamed(cli) || configFile === null ? '' : realPath(configFile ?? findConfig(cli));
  return stateDir({ flag: options.stateDir, env, configFile: file, os, home: homedir(), cwd });
}

/** Where "holdfast run" keeps what it has learnt of servers; any number of them may at once. */
export function runDir(cli: Cli): string {
  const folder = findStateDir(cli, null);
  return isStateDirNamed(cli) ? folder : join(dirname(folder), 'run');
}

/** Where the log files of a state folder are. */
export const logDirOf = (stateDir: string): string => join(stateDir, 'logs');

/** A path as people would write it here. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short !== '' && !short.startsWith('..') && short.length < path.length ? short : path;
}

/** Which manager is meant, as a command is told. */
type Naming = Pick<GlobalOptions, 'config' | 'stateDir'>;

/** How to write another command that means the same manager: with what this one was told of it. */
export function commandFor(naming: Naming): (words: string) => string {
  const named = optionWords(naming);
  return words => ['holdfast', words, ...(named === '' ? [] : [named])].join(' ');
}

/** `--config mcp.json` */
export function optionWords({ config, stateDir }: Naming): string {
  const named = [
    ...(config === undefined ? [] : [`--config ${quoted(config)}`]),
    ...(stateDir === undefined ? [] : [`--state-dir ${quoted(stateDir)}`]),
  ];
  return named.join(' ');
}

/** What names a manager: its configuration, but for one whose state folder is not that of its configuration, as the demo's. */
export function optionsFor(cli: Cli, manager: { readonly config: string | null; readonly stateDir: string }): Naming {
  const { config, stateDir } = manager;
  const isUsual = config !== null && existsSync(config) && findStateDir(unnamedStateDir(cli), config) === stateDir;
  return isUsual ? { config: shortPath(config, cli.cwd) } : { stateDir };
}

/** As if no state folder had been named. */
export function unnamedStateDir(cli: Cli): Cli {
  const { stateDir: _named, ...options } = cli.options;
  return { ...cli, options, env: { ...cli.env, HOLDFAST_STATE_DIR: undefined } };
}

/** Where the demo works: among the state folders of all configurations, so that every command finds it. */
export function demoDir(cli: Cli): string {
  const folder = findStateDir(cli, null);
  return join(isStateDirNamed(cli) ? folder : dirname(folder), 'demo');
}

/** Good for every shell there is, where a word has no quote of its own. */
const quoted = (word: string): string => (/^[\w@%+=:,./\\~-]+$/.test(word) ? word : `"${word}"`);

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const message =
      code === 'ENOENT' ? 'cannot read the file (there is no such file)' : `cannot read the file (${code})`;
    throw new ConfigError([{ file, line: null, column: null, key: '', message }], { cause });
  }
}
