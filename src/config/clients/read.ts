import { posix, win32 } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { ConfigError } from '../../errors/config-error.ts';
import type { Os } from '../../platform/platform.ts';
import type { Surroundings } from '../context.ts';
import { isObject } from '../is-object.ts';
import { parseConfig } from '../load.ts';
import { sourceOfText } from '../source.ts';
import { type ClientFile, type Entry, type Found, refused, type TakenOver } from './client.ts';
import { fromCodex } from './codex-entry.ts';
import { fromJson } from './json-entry.ts';
import { isSelf } from './self.ts';
import { type Input, inputsOf, substitute } from './substitute.ts';

/** What entries are read against. */
export interface World extends Surroundings {
  readonly os: Os;
  readonly home: string;
  /** Path of our own program, by which entries that lead to us are known. */
  readonly main: string;
  /** Ports of endpoints of ours. */
  readonly ports: readonly number[];
}

/**
 * The servers of a client's file, each as it would be here, or why it cannot be.
 *
 * @throws ConfigError with the place, where the file cannot be understood; nothing else of it is known then
 */
export function readClientFile(from: ClientFile, text: string, world: World): Found[] {
  if (/^\s*$/.test(text.replace(/^\ufeff/, ''))) return [];
  const root = from.client === 'codex' ? tomlOf(text, from.file) : jsonOf(text, from.file);
  const inputs = inputsOf(from.client === 'vscode' ? root.inputs : undefined);
  return groupsOf(from, root).flatMap(({ path, project }) =>
    Object.entries(membersAt(root, path, from.file)).map(([name, raw]) => {
      const place = { ...from, project };
      const found = { from: place, path: [...path, name], name };
      if (isSelf(raw, world)) return { ...found, ...refused('it is Holdfast itself'), isSelf: true };
      const taken = from.client === 'codex' ? fromCodex(name, raw) : fromJson(name, raw);
      return { ...found, ...settled(taken, name, place, inputs, world), isSelf: false };
    }),
  );
}

/** Where in the file there are servers, and of which project. */
function groupsOf({ client, project }: ClientFile, root: Readonly<Record<string, unknown>>) {
  if (client === 'codex') return [{ path: ['mcp_servers'], project }];
  if (client === 'vscode') return [{ path: ['servers'], project }];
  const own = { path: ['mcpServers'], project };
  const projects = client === 'claude-code' && project === null && isObject(root.projects) ? root.projects : {};
  return [own, ...Object.keys(projects).map(folder => ({ path: ['projects', folder, 'mcpServers'], project: folder }))];
}

function membersAt(root: unknown, path: readonly string[], file: string): Readonly<Record<string, unknown>> {
  const value = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), root);
  if (value == null) return {};
  if (!isObject(value)) throw broken(file, null, null, `expected servers by name under "${path.join('.')}"`);
  return value;
}

/** The entry with its folders and variables as they are meant there, if it is one that our configuration may have. */
function settled(
  taken: TakenOver,
  name: string,
  { file, project }: ClientFile,
  inputs: ReadonlyMap<string, Input>,
  world: World,
): TakenOver {
  if (taken.entry === null) return taken;
  const needs = [...taken.needs];
  let reason: string | null = null;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    if (typeof value !== 'string') return value;
    const found = substitute(value, project, inputs);
    needs.push(...found.needs);
    reason ??= found.reason;
    return found.text;
  };
  const { holdfast, ...launch } = taken.entry;
  const walked = walk(launch) as Entry;
  if (reason !== null) return refused(reason);
  const entry = { ...inFolder(walked, project, world), ...(holdfast === undefined ? {} : { holdfast }) };
  const checked = check(name, entry, file, world);
  if (checked.reason !== null) return refused(checked.reason);
  const unset = checked.unset.map(variable => ({ variable, why: 'is not set here' }));
  const all = [...needs, ...unset].filter(
    ({ variable }, index, list) => list.findIndex(other => other.variable === variable) === index,
  );
  return { entry, reason: null, needs: all, notes: [...taken.notes, ...checked.notes] };
}

/** A project's server works in its folder, wherever our configuration is. */
function inFolder(entry: Entry, project: string | null, { os, home }: World): Entry {
  const { resolve } = os === 'windows' ? win32 : posix;
  const absolute = (path: string): string => (/^(\$\{|~)/.test(path) ? path : resolve(project ?? home, path));
  const { cwd, envFile } = entry;
  return {
    ...entry,
    ...(typeof envFile === 'string' ? { envFile: absolute(envFile) } : {}),
    ...(typeof cwd === 'string' ? { cwd: absolute(cwd) } : {}),
    ...(cwd === undefined && project !== null && entry.command !== undefined ? { cwd: project } : {}),
  };
}

function check(name: string, entry: Entry, file: string, world: World) {
  try {
    const text = JSON.stringify({ mcpServers: Object.fromEntries([[name, entry]]) });
    const { servers, warnings } = parseConfig(text, { ...world, file });
    const notes = warnings.map(({ message }) => message);
    const [server] = servers;
    const others = server?.unset?.length ? [] : [server?.problem].filter(problem => problem !== undefined);
    return { reason: null, unset: server?.unset ?? [], notes: [...notes, ...others] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [issue] = error.issues;
    const key = issue?.key.replace(/^mcpServers(\.[^.[]+|\["(?:[^"\\]|\\.)*"\])\.?/, '') ?? '';
    return { reason: `${key === '' ? '' : `"${key}": `}${issue?.message}`, unset: [], notes: [] };
  }
}

function jsonOf(text: string, file: string): Readonly<Record<string, unknown>> {
  const { value, issues } = sourceOfText(text, file);
  if (issues.length > 0) throw new ConfigError(issues);
  if (!isObject(value)) throw broken(file, 1, 1, 'expected an object');
  return value;
}

function tomlOf(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parseToml(text.replace(/^\ufeff/, ''), { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.split('\n');
    throw broken(file, error.line, error.column, first.replace(/^Invalid TOML document: /, ''));
  }
}

function broken(file: string, line: number | null, column: number | null, message: string): ConfigError {
  return new ConfigError([{ file, line, column, key: '', message }]);
}
