import { mkdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { isObject } from '../config/is-object.ts';
import { parseConfig } from '../config/load.ts';
import { locateConfig } from '../config/locate.ts';
import { sourceOfText } from '../config/source.ts';
import type { Config } from '../config/types.ts';
import { readHolder } from '../daemon/instance-lock.ts';
import { ConfigError } from '../errors/config-error.ts';
import { os } from '../platform/platform.ts';
import type { Cli } from './context.ts';
import { findStateDir, shortPath } from './places.ts';
import { commandLine } from './render/command.ts';
import { PRIVATE, realFile, replaceFile, unwritable } from './replace-file.ts';
import { UsageError } from './usage-error.ts';

/** A configuration that is to be edited. */
export interface ConfigFile {
  /** As people know it. */
  readonly path: string;
  /** Where it really is; a link stays one. */
  readonly real: string;
  readonly text: string;
  readonly isNew: boolean;
  /** Under which key it has its servers. */
  readonly key: 'mcpServers' | 'servers';
  readonly servers: Readonly<Record<string, unknown>>;
  /** Of its endpoint; none where there is no file yet. */
  readonly ports: readonly number[];
}

/** Where servers are added: the configuration that is found, else `holdfast.json` in the user's configuration folder. */
export function placeOfConfig({ options, env, cwd }: Cli, named = options.config): string {
  const { file, tried } = locateConfig({ flag: named, env, cwd, home: homedir(), os });
  return file ?? tried.at(-1) ?? '';
}

/** @throws ConfigError where it has a mistake already */
export async function openConfigFile(cli: Cli, path: string): Promise<ConfigFile> {
  const real = await realFile(path);
  const text = await readUtf8(real);
  const ports = text === null ? [] : [checked(cli, path, text).gateway.port];
  const { value } = sourceOfText(text ?? '{}', path);
  const root = isObject(value) ? value : {};
  const key = root.mcpServers === undefined && root.servers !== undefined ? 'servers' : 'mcpServers';
  const servers = isObject(root[key]) ? root[key] : {};
  return { path, real, text: text ?? '{}\n', isNew: text === null, key, servers, ports };
}

/**
 * Writes a new content, if it is a configuration without a mistake.
 *
 * @throws ConfigError where it is none · UsageError where the file was changed since it was opened; nothing has been written then
 */
export async function saveConfigFile(cli: Cli, file: ConfigFile, text: string, hasSecrets = false): Promise<Config> {
  const config = checked(cli, file.path, text);
  const isStill = async (): Promise<boolean> => (await readUtf8(file.real)) === (file.isNew ? null : file.text);
  const changed = `${file.path} has just been changed by somebody else`;
  if (!(await isStill())) throw new UsageError(changed, 'nothing was written: try again');
  const mode = file.isNew || hasSecrets ? PRIVATE : (await stat(file.real)).mode & 0o777;
  if (file.isNew) {
    await mkdir(dirname(file.real), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw unwritable(file.real, cause);
    });
  }
  if (!(await replaceFile(file.real, text, mode, isStill)))
    throw new UsageError(changed, 'nothing was written: try again');
  return config;
}

/** The command that starts the manager of this configuration from here. */
export function upCommand(cli: Cli, path: string): string {
  const isFound = placeOfConfig({ ...cli, options: { ...cli.options, config: undefined } }) === path;
  return isFound ? 'holdfast up' : `holdfast up --config ${commandLine([shortPath(path, cli.cwd)])}`;
}

/** The manager that runs with this configuration: it watches the file. */
export async function watcherOf(cli: Cli, { real }: Pick<ConfigFile, 'real'>): Promise<number | null> {
  return (await readHolder(findStateDir(cli, real)))?.pid ?? null;
}

function checked(cli: Cli, path: string, text: string): Config {
  try {
    return parseConfig(text, { file: path, env: cli.env, home: homedir() });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(cause.issues, { cause, outcome: 'nothing was written' });
  }
}

/** Null where there is no such file. */
async function readUtf8(path: string): Promise<string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new ConfigError([notReadable(path, `cannot read the file (${code})`)], { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError([notReadable(path, 'expected text in UTF-8')], { cause });
  }
}

const notReadable = (file: string, message: string) => ({ file, line: null, column: null, key: '', message });
