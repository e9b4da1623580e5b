import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { output } from 'zod';
import { check } from './check.ts';
import type { Context } from './context.ts';
import { expand } from './expand.ts';
import { entryKeyFor, isForeignEntryKey, warnOfEntryKeys } from './foreign.ts';
import { isObject } from './is-object.ts';
import { checkTogether, resolveOptions } from './options.ts';
import { type Expand, readRemote } from './remote.ts';
import type { Report } from './report.ts';
import { serverSchema } from './schema.ts';
import { formatPath, type KeyPath, type Source } from './source.ts';
import type { ProcessServer, ServerConfig } from './types.ts';

/** Beyond it, `server__tool` names do not fit into the 64 characters that clients allow. */
const LONG_NAME = 64;

/** What became of one entry; `invalid` where the report says why. */
export type EntryResult =
  | { readonly kind: 'server'; readonly server: ServerConfig }
  | { readonly kind: 'disabled' | 'invalid' };

type Entry = output<typeof serverSchema>;

/** Reads one entry of `mcpServers`. `defaults` is `holdfast.defaults` as it stands in the file. */
export function readServer(
  name: string,
  raw: unknown,
  path: KeyPath,
  { source, context, defaults, report }: { source: Source; context: Context; defaults: unknown; report: Report },
): EntryResult {
  checkName(name, path, report);
  const entry = check(serverSchema, raw, path, report);
  if (!isObject(raw)) return { kind: 'invalid' };
  const isOff = raw.disabled === true || raw.enabled === false;
  if (!isOff) checkProgram(raw, path, report);
  warnOfEntryKeys(raw, path, report);
  checkTogether(raw.holdfast, defaults, [...path, 'holdfast'], report);
  if (entry === undefined) return { kind: 'invalid' };
  if (isOff) return { kind: 'disabled' };
  const options = resolveOptions(raw.holdfast, defaults);
  if (options === undefined) return { kind: 'invalid' };
  const problems: string[] = [];
  const unset: string[] = [];
  const value: Expand = (text, ...key) => {
    const expanded = expand(text, context.scope);
    problems.push(...expanded.problems.map(problem => `${problem} (${formatPath([...path, ...key])})`));
    unset.push(...expanded.unset);
    return expanded.text;
  };
  const known = () => ({
    name,
    options,
    at: source.placeOf(path, 'key'),
    ...(problems.length > 0 ? { problem: problems.join('; '), unset } : {}),
  });
  if (isRemote(entry)) {
    const remote = readRemote(raw, entry, path, value, problems, report);
    return remote === null ? { kind: 'invalid' } : { kind: 'server', server: { ...remote, ...known() } };
  }
  if (entry.command === undefined) return { kind: 'invalid' };
  warnOfType(entry, path, report);
  const parts = readProcess(entry, entry.command, path, context, value, problems);
  warnOfSpaces(entry, parts, path, context, report);
  return { kind: 'server', server: { ...parts, ...known() } };
}

function checkName(name: string, path: KeyPath, report: Report): void {
  if (name === '') report.error(path, 'expected a server name that is not empty', 'key');
  // Names become parts of URLs, where these cannot be written or mean another folder.
  else if (/[\p{Cc}\p{Cs}]/u.test(name)) report.error(path, 'expected a server name without control characters', 'key');
  else if (['.', '..', '__proto__'].includes(name))
    report.error(path, `expected a server name other than "${name}"`, 'key');
  else if (name.length > LONG_NAME) {
    report.warn(path, `the name is longer than ${LONG_NAME} characters; clients may shorten or refuse its tools`);
  }
}

function checkProgram(entry: Readonly<Record<string, unknown>>, path: KeyPath, report: Report): void {
  const addresses = entry.type === 'stdio' ? [] : [entry.url, entry.serverUrl, entry.httpUrl];
  if ([entry.command, ...addresses].some(value => value !== undefined)) return;
  const misspelt = Object.keys(entry).find(key => isForeignEntryKey(key) && entryKeyFor(key) === 'command');
  const found = misspelt === undefined ? '' : `, got ${JSON.stringify(misspelt)}`;
  report.error(path, `expected "command" (or "url" for a remote server)${found}`, 'key');
}

function isRemote(entry: Entry): boolean {
  return entry.command === undefined || /^(sse|.*http.*|ws)$/i.test(entry.type ?? '');
}

function warnOfType(entry: Entry, path: KeyPath, report: Report): void {
  if (entry.type !== undefined && !['stdio', 'local', 'command'].includes(entry.type)) {
    report.warn([...path, 'type'], 'unknown type: it is started as "stdio"', 'value');
  }
  if (entry.url !== undefined) report.warn([...path, 'url'], '"url" has no effect beside "command"');
}

/** No shell is asked, so nothing splits a command line; it is told how to write it. */
function warnOfSpaces(
  entry: Entry,
  { command, cwd }: Pick<ProcessServer, 'command' | 'cwd'>,
  path: KeyPath,
  { disk }: Context,
  report: Report,
): void {
  if (entry.args !== undefined || !/\S\s+\S/.test(command) || disk.isFile(resolve(cwd, command))) return;
  const program = /^\s*([\w.-]+)\s/.exec(entry.command ?? '')?.[1];
  const advice = program === undefined ? 'write' : `write ${JSON.stringify(program)} here and`;
  report.warn([...path, 'command'], `there is no program of this name: ${advice} its arguments in "args"`, 'value');
}

/** The parts that are handed to the process. What has no value goes into `problems` and fails this server alone. */
function readProcess(
  entry: Entry,
  command: string,
  path: KeyPath,
  context: Context,
  value: Expand,
  problems: string[],
): Pick<ProcessServer, 'kind' | 'command' | 'args' | 'env' | 'cwd'> {
  const fileEnv =
    entry.envFile === undefined ? {} : readEnvFile(value(entry.envFile, 'envFile'), path, context, problems);
  const ownEnv = Object.entries(entry.env ?? {}).flatMap(([name, own]) =>
    own === null || own === undefined ? [] : [[name, value(String(own), 'env', name)] as const],
  );
  return {
    kind: 'process',
    command: value(command, 'command'),
    args: (entry.args ?? []).map((text, index) => value(text, 'args', index)),
    env: { ...fileEnv, ...Object.fromEntries(ownEnv) },
    cwd: resolve(context.folder, entry.cwd === undefined ? '' : value(entry.cwd, 'cwd')),
  };
}

function readEnvFile(
  written: string,
  path: KeyPath,
  { folder, disk }: Context,
  problems: string[],
): Record<string, string> {
  const file = resolve(folder, written);
  try {
    const pairs = Object.entries(parseEnv(disk.readText(file).replace(/^\ufeff/, '')));
    return Object.fromEntries(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    problems.push(`cannot read ${JSON.stringify(file)}, ${why} (${formatPath([...path, 'envFile'])})`);
    return {};
  }
}
