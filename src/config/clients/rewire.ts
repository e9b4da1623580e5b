import { isDeepStrictEqual } from 'node:util';
import { parse as parseToml, stringify as tomlOf } from 'smol-toml';
import { isObject } from '../is-object.ts';
import { removeMember, setMember } from '../jsonc-edit.ts';
import { sourceOfText } from '../source.ts';
import type { ClientFile, Found } from './client.ts';
import { cutTables } from './toml-text.ts';

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

function isSame(from: ClientFile, text: string, expected: unknown): boolean {
  try {
    return isDeepStrictEqual(plain(parse(from, text)), plain(expected));
  } catch {
    // What was cut was no TOML statement after all; the reader of the file has told of files that are none themselves.
    return false;
  }
}

function inJson(text: string, replaced: readonly Found[], added: Rewired['added']): string {
  const cut = replaced.reduce((rest, { path }) => removeMember(rest, path), text);
  return added.reduce((rest, { path, entry }) => setMember(rest, path, entry), cut);
}

function inToml(text: string, replaced: readonly Found[], added: Rewired['added']): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const cut = cutTables(
    text,
    replaced.map(({ path }) => path),
  );
  const gap = cut === '' || /(^|\n)\r?\n$/.test(cut) ? '' : cut.endsWith('\n') ? eol : eol + eol;
  const tables = added.map(({ path, entry }) =>
    tomlOf(path.reduceRight<object>((inner, key) => ({ [key]: inner }), entry)),
  );
  return cut + gap + tables.map(table => `${table.trim()}\n`.replaceAll('\n', eol)).join('');
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

function parse({ client, file }: ClientFile, text: string): unknown {
  return client === 'codex'
    ? parseToml(text.replace(/^\ufeff/, ''), { integersAsBigInt: 'asNeeded' })
    : sourceOfText(text, file).value;
}

const at = (root: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);

function withoutAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (!isObject(value) || key === undefined || !Object.hasOwn(value, key)) return value;
  if (rest.length > 0) return { ...value, [key]: withoutAt(value[key], rest) };
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
}

function withAt(value: unknown, [key, ...rest]: readonly string[], entry: object): unknown {
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
