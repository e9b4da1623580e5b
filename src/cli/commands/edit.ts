import { resolve } from 'node:path';
import { isObject } from '../../config/is-object.ts';
import { removeMember, setMember } from '../../config/jsonc-edit.ts';
import { formatPath } from '../../config/source.ts';
import type { Config } from '../../config/types.ts';
import { nearest } from '../../errors/nearest.ts';
import {
  type ConfigFile,
  openConfigFile,
  placeOfConfig,
  saveConfigFile,
  upCommand,
  watcherOf,
} from '../config-file.ts';
import { type Cli, note, print, printJson, redactUnknown } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findConfig, shortPath } from '../places.ts';
import { commandLine } from '../render/command.ts';
import { UsageError } from '../usage-error.ts';

/** What a new server is, as it was typed. */
export interface NewServer {
  readonly command: readonly string[];
  readonly url?: string | undefined;
  /** Each `NAME=VALUE`. */
  readonly headers: readonly string[];
  readonly env: readonly string[];
  readonly cwd?: string | undefined;
}

/** Writes one more server into the configuration, which is made where there is none. */
export async function add(cli: Cli, name: string, wish: NewServer): Promise<ExitCode> {
  const entry = entryOf(wish, cli.cwd);
  const file = await openConfigFile(cli, placeOfConfig(cli));
  if (Object.hasOwn(file.servers, name)) {
    throw new UsageError(
      `there is a server ${JSON.stringify(name)} already in ${shortPath(file.path, cli.cwd)}`,
      `choose another name, or take it out first: holdfast remove ${commandLine([name])}`,
    );
  }
  const text = setMember(file.text, [file.key, name], entry);
  const config = await saveConfigFile(cli, file, text, wish.env.length + wish.headers.length > 0);
  tellWarnings(cli, config, file, name);
  const literal = [...wish.env, ...wish.headers].filter(pair => !/[=:]\s*(\w+ )?\$\{/.test(pair));
  if (literal.length > 0) {
    const [variable = ''] = (literal[0] ?? '').split(/[=:]/);
    note(
      cli,
      `the value of ${variable} stands in the file, which you alone may read; a variable keeps it out: '${variable}=\${MY_VARIABLE}'`,
    );
  }
  const what =
    entry.command === undefined ? `asks  ${redactUnknown(String(entry.url))}` : `runs  ${commandLine(wish.command)}`;
  return done(cli, file, name, 'added', [`added ${name} to ${shortPath(file.path, cli.cwd)}`, `  ${what}`]);
}

/** Takes one server out of the configuration. */
export async function remove(cli: Cli, name: string): Promise<ExitCode> {
  const file = await openConfigFile(cli, findConfig(cli));
  knownServer(file, name, cli);
  await saveConfigFile(cli, file, removeMember(file.text, [file.key, name]));
  return done(cli, file, name, 'removed', [`removed ${name} from ${shortPath(file.path, cli.cwd)}`]);
}

/** Switches one server on or off in the configuration. */
export async function enable(cli: Cli, name: string, isOn: boolean): Promise<ExitCode> {
  const file = await openConfigFile(cli, findConfig(cli));
  const entry = knownServer(file, name, cli);
  const wasOn = entry.disabled !== true && entry.enabled !== false;
  const action = isOn ? 'enabled' : 'disabled';
  if (wasOn === isOn) return done(cli, file, name, 'unchanged', [`${name} is ${action} already`]);
  await saveConfigFile(cli, file, switched(file, name, entry, isOn));
  return done(cli, file, name, action, [`${action} ${name} in ${shortPath(file.path, cli.cwd)}`]);
}

function switched(file: ConfigFile, name: string, entry: Readonly<Record<string, unknown>>, isOn: boolean): string {
  const path = [file.key, name];
  if (!isOn && entry.enabled === true) return setMember(file.text, [...path, 'enabled'], false);
  if (!isOn) return setMember(file.text, [...path, 'disabled'], true);
  const text = entry.disabled === true ? removeMember(file.text, [...path, 'disabled']) : file.text;
  return entry.enabled === false ? setMember(text, [...path, 'enabled'], true) : text;
}

function knownServer(file: ConfigFile, name: string, { cwd }: Cli): Readonly<Record<string, unknown>> {
  const entry = Object.hasOwn(file.servers, name) ? file.servers[name] : undefined;
  if (isObject(entry)) return entry;
  const names = Object.keys(file.servers);
  const close = nearest(name, names);
  const known = names.length === 0 ? 'it has no servers' : `it has ${names.join(', ')}`;
  const where = shortPath(file.path, cwd);
  throw new UsageError(
    `there is no server ${JSON.stringify(name)} in ${where}`,
    close === undefined ? known : `did you mean ${JSON.stringify(close)}?`,
  );
}

function entryOf({ command, url, headers, env, cwd }: NewServer, here: string): Readonly<Record<string, unknown>> {
  const example = 'holdfast add NAME -- COMMAND [ARG…], or holdfast add NAME --url URL';
  const [program, ...args] = command;
  if ((program === undefined) === (url === undefined)) {
    throw new UsageError(
      program === undefined ? 'what is to be added?' : 'a server has a command or a URL, not both',
      example,
    );
  }
  if (url !== undefined) {
    if (env.length > 0 || cwd !== undefined) throw new UsageError('--env and --cwd are for a command', example);
    return { url, ...(headers.length > 0 ? { headers: pairs(headers, '--header') } : {}) };
  }
  if (headers.length > 0) throw new UsageError('--header is for a URL', example);
  return {
    command: program,
    ...(args.length > 0 ? { args } : {}),
    ...(env.length > 0 ? { env: pairs(env, '--env') } : {}),
    ...(cwd === undefined ? {} : { cwd: resolve(here, cwd) }),
  };
}

function pairs(texts: readonly string[], option: '--env' | '--header'): Readonly<Record<string, string>> {
  const form = option === '--env' ? /^([^=]+)=([\s\S]*)$/ : /^([^=:\s]+)(?:=|:\s*)([\s\S]*)$/;
  return Object.fromEntries(
    texts.map(text => {
      const [, name = '', value = ''] = form.exec(text) ?? [];
      // What was typed may be the secret itself, so that it is not repeated.
      if (name === '') throw new UsageError(`${option} needs a name and a value`, `write ${option} NAME=VALUE`);
      return [name, value];
    }),
  );
}

function tellWarnings(cli: Cli, { warnings }: Config, { key }: ConfigFile, name: string): void {
  for (const warning of warnings) {
    if (warning.key.startsWith(formatPath([key, name]))) note(cli, `${warning.key}: ${warning.message}`);
  }
}

async function done(
  cli: Cli,
  file: ConfigFile,
  server: string,
  action: 'added' | 'removed' | 'enabled' | 'disabled' | 'unchanged',
  lines: readonly string[],
): Promise<ExitCode> {
  const manager = await watcherOf(cli, file);
  if (cli.options.json) {
    printJson(cli, { action, server, file: file.path, created: file.isNew, manager });
    return EXIT.done;
  }
  print(cli, lines);
  if (action === 'unchanged') return EXIT.done;
  if (manager !== null) note(cli, `the manager that runs (pid ${manager}) takes it up by itself`);
  else note(cli, `next: ${upCommand(cli, file.path)}`);
  return EXIT.done;
}
