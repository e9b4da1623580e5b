import { isDeepStrictEqual } from 'node:util';
import { parse as parseToml, TomlError, stringify as tomlOf } from 'smol-toml';
import { ConfigError } from '../../errors/config-error.ts';
import { isObject } from '../is-object.ts';
import { removeMember, setMember } from '../jsonc-edit.ts';
import { sourceOfText } from '../source.ts';
import type { ClientFile, Found } from './client.ts';
import { cutTables, tablesOf } from './toml-text.ts';

/** The command that is a client's only server from then on. */
export interface Gateway {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Rewired {
  readonly text: string;
  /** Where the new entries stand, and what they are. */
  readonly added: readonly { readonly path: readonly string[]; readonly entry: object }[];
}

/**
 * The text of a rewired file that was changed since, with its servers as they were in `original` and all of the changes. Null where it
 * cannot be done: another server has one of their names, or the text cannot be cut.
 */
export function unwire(
  from: Pick<ClientFile, 'client' | 'file'>,
  text: string,
  original: string,
  {
    replaced,
    added,
  }: { readonly replaced: readonly (readonly string[])[]; readonly added: readonly (readonly string[])[] },
): string | null {
  const then = parse(from, original);
  const now = understood(from, text);
  if (now === null) return null;
  const remaining = added.reduce<unknown>((value, path) => withoutAt(value, path), now);
  if (replaced.some(path => at(remaining, path) !== undefined)) return null;
  const expected = replaced.reduce((value, path) => withAt(value, path, at(then, path)), remaining);
  const cut = added.reduce(
    (rest, path) => (from.client === 'codex' ? cutTables(rest, [path]) : removeMember(rest, path)),
    text,
  );
  const result =
    from.client === 'codex'
      ? appended(cut, tablesOf(original, replaced))
      : replaced.reduce((rest, path) => setMember(rest, path, at(then, path)), cut);
  return isSame(from, result, expected) ? result : null;
}

/**
 * The text of a client's file with one entry in place of those that were taken over. Nothing else of it changes, byte for byte; that
 * this is so is checked. Null where it cannot be done: the file is then left as it is.
 */
export function rewire(from: ClientFile, text: string, replaced: readonly Found[], gateway: Gateway): Rewired | null {
  const before = parse(from, text);
  const remaining = replaced.reduce((value, { path }) => withoutAt(value, path), before);
  const parents = [
    ...new Map(replaced.map(({ path }) => [JSON.stringify(path.slice(0, -1)), path.slice(0, -1)])).values(),
  ];
  const added = parents.map(parent => ({
    path: [...parent, freeName(remaining, parent)],
    entry: entryFor(from, before, replaced, gateway),
  }));
  const expected = added.reduce<unknown>((value, { path, entry }) => withAt(value, path, entry), remaining);
  const result = from.client === 'codex' ? inToml(text, replaced, added) : inJson(text, replaced, added);
  return isSame(from, result, expected) ? { text: result, added } : null;
}

/** Null for what is no text of this client. */
function understood(from: Pick<ClientFile, 'client' | 'file'>, text: string): unknown {
  try {
    return parse(from, text);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TomlError) return null;
    throw error;
  }
}

function isSame(from: Pick<ClientFile, 'client' | 'file'>, text: string, expected: unknown): boolean {
  return isDeepStrictEqual(plain(understood(from, text)), plain(expected));
}

function inJson(text: string, replaced: readonly Found[], added: Rewired['added']): string {
  const cut = replaced.reduce((rest, { path }) => removeMember(rest, path), text);
  return added.reduce((rest, { path, entry }) => setMember(rest, path, entry), cut);
}

function inToml(text: string, replaced: readonly Found[], added: Rewired['added']): string {
  const cut = cutTables(
    text,
    replaced.map(({ path }) => path),
  );
  const tables = added.map(({ path, entry }) =>
    tomlOf(path.reduceRight<object>((inner, key) => ({ [key]: inner }), entry)).trim(),
  );
  return appended(cut, tables.join('\n'));
}

/** Tables at the end, after a blank line. */
function appended(text: string, tables: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = /^\ufeff?$|(^|\n)\r?\n$/.test(text) ? '' : text.endsWith('\n') ? eol : eol + eol;
  return `${text}${gap}${`${tables.trim()}\n`.replace(/\r?\n/g, eol)}`;
}

function entryFor({ client }: ClientFile, before: unknown, replaced: readonly Found[], gateway: Gateway): object {
  const { command, args } = gateway;
  if (client === 'vscode' || client === 'claude-code') return { type: 'stdio', command, args };
  if (client !== 'codex') return { command, args };
  // Codex ends a call after a minute, unless it is told otherwise: the most patient of the replaced servers has decided.
  const longest = (key: string): object => {
    const values = replaced.flatMap(({ path }) => {
      const server = at(before, path);
      return isObject(server) && typeof server[key] === 'number' ? [server[key]] : [];
    });
    return values.length === 0 ? {} : { [key]: Math.max(...values) };
  };
  return { command, args, ...longest('startup_timeout_sec'), ...longest('tool_timeout_sec') };
}

function freeName(root: unknown, parent: readonly string[]): string {
  const siblings = at(root, parent);
  const isTaken = (name: string): boolean => isObject(siblings) && Object.hasOwn(siblings, name);
  let name = 'holdfast';
  for (let number = 2; isTaken(name); number++) name = `holdfast-${number}`;
  return name;
}

function parse({ client, file }: Pick<ClientFile, 'client' | 'file'>, text: string): unknown {
  return client === 'codex'
    ? parseToml(text.replace(/^\ufeff/, ''), { integersAsBigInt: 'asNeeded' })
    : sourceOfText(text, file).value;
}

const at = (root: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), root);

function withoutAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (!isObject(value) || key === undefined || !Object.hasOwn(value, key)) return value;
  if (rest.length > 0) return { ...value, [key]: withoutAt(value[key], rest) };
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
}

function withAt(value: unknown, [key, ...rest]: readonly string[], entry: unknown): unknown {
  if (key === undefined) return entry;
  const object = isObject(value) ? value : {};
  return { ...object, [key]: withAt(object[key], rest, entry) };
}

/** Tables of TOML have no prototype, dates are objects of a class, and a table that lost all its members is none at all. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
