import { posix, win32 } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Os } from '../../platform/platform.ts';
import { isObject } from '../is-object.ts';
import { CLIENTS, type Entry, type Found, type Need } from './client.ts';

/** A server as it will stand in our configuration, and whose it was. */
export interface Planned {
  readonly name: string;
  readonly entry: Entry;
  /** Whether it is in our configuration already, perhaps under another name. */
  readonly isKnown: boolean;
  /** Clients that have it; those of one launch have one process. */
  readonly from: readonly Found[];
  readonly needs: readonly Need[];
  readonly notes: readonly string[];
}

interface Group {
  readonly name: string;
  entry: Entry;
  readonly isKnown: boolean;
  /** Null where any folder will do. */
  cwd: string | null;
  readonly from: Found[];
  readonly notes: string[];
}

/**
 * Brings together what clients have, and what our configuration has: the same launch is one server, and the same name with another
 * launch is two, of which the later is renamed.
 *
 * @param folder of our configuration, in which a server works that says nothing else
 */
export function mergeServers(
  found: readonly Found[],
  existing: Readonly<Record<string, unknown>>,
  { folder, os }: { readonly folder: string; readonly os: Os },
): Planned[] {
  const { resolve } = os === 'windows' ? win32 : posix;
  const groups: Group[] = Object.entries(existing).map(([name, raw]) => {
    const entry = isObject(raw) ? (raw as Entry) : {};
    const cwd = typeof entry.cwd === 'string' ? entry.cwd : '';
    const envFile = typeof entry.envFile === 'string' ? { envFile: resolve(folder, entry.envFile) } : {};
    return { name, entry: { ...entry, ...envFile }, isKnown: true, cwd: resolve(folder, cwd), from: [], notes: [] };
  });
  for (const one of found) {
    if (one.entry === null) continue;
    const { entry } = one;
    const cwd = entry.cwd ?? null;
    const same = groups.find(group => isSameLaunch(group.entry, entry) && (cwd === null || cwd === (group.cwd ?? cwd)));
    if (same !== undefined) join(same, one, entry);
    else groups.push(fresh(one, entry, cwd, groups));
  }
  return groups
    .filter(({ from }) => from.length > 0)
    .map(({ name, entry, isKnown, cwd, from, notes }) => ({
      name,
      entry: cwd === folder ? without(entry, 'cwd') : entry,
      isKnown,
      from,
      needs: from[0]?.needs ?? [],
      notes: [...new Set([...from.flatMap(({ notes: own }) => own), ...notes])],
    }));
}

function fresh(one: Found, entry: Entry, cwd: string | null, groups: readonly Group[]): Group {
  const isTaken = (name: string): boolean => groups.some(group => group.name === name);
  const candidates = [one.name, `${one.name}-${one.from.client}`];
  for (let number = 2; candidates.every(isTaken); number++) candidates.push(`${one.name}-${one.from.client}-${number}`);
  const name = candidates.find(candidate => !isTaken(candidate)) ?? one.name;
  const notes = name === one.name ? [] : [`renamed: another server is called "${one.name}"`];
  return { name, entry, isKnown: false, cwd, from: [one], notes };
}

function join(group: Group, one: Found, entry: Entry): void {
  const isOff = group.entry.disabled === true;
  if (isOff !== (entry.disabled === true)) {
    const who = CLIENTS[one.from.client];
    if (group.isKnown) group.notes.push(`switched ${isOff ? 'off' : 'on'} in your configuration, unlike in ${who}`);
    else group.notes.push(`switched on, since not every client has it switched off`);
  }
  if (!group.isKnown) {
    const holdfast = patient(group.entry.holdfast, entry.holdfast);
    const merged = { ...entry, ...group.entry, ...(holdfast === undefined ? {} : { holdfast }) };
    group.entry = isOff && entry.disabled === true ? merged : without(merged, 'disabled');
    group.cwd ??= entry.cwd ?? null;
  }
  group.from.push(one);
}

/** The options of both, each with the longer of two deadlines. */
function patient(ours: Entry['holdfast'], theirs: Entry['holdfast']): Entry['holdfast'] {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  const { callTimeoutMs: a } = ours;
  const { callTimeoutMs: b } = theirs;
  const longest = typeof a === 'number' && typeof b === 'number' ? { callTimeoutMs: Math.max(a, b) } : {};
  return { ...theirs, ...ours, ...longest };
}

/** By what is started or asked, and which tools are offered; not by the folder, which not every client sets. */
function isSameLaunch(a: Entry, b: Entry): boolean {
  return isDeepStrictEqual(launchOf(a), launchOf(b));
}

function launchOf({ command, args = [], env = {}, envFile, url, headers = {}, holdfast = {} }: Entry) {
  const values = Object.entries(env).map(([name, value]) => [name, String(value)]);
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const { tools = {} } = holdfast;
  return { command, args, env: Object.fromEntries(values), envFile, url, headers: Object.fromEntries(lower), tools };
}

function without<T extends object>(object: T, key: keyof T): T {
  const { [key]: _, ...rest } = object;
  return rest as T;
}
