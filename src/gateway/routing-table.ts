import type { ServerOptions } from '../config/types.ts';
import type { Item, ListKind } from '../session/catalogue.ts';
import { rawMember, splice } from '../session/json-text.ts';
import { exposedNames, serverParts, splitName } from './names.ts';
import { matches, type Pattern, templatePattern } from './pattern.ts';
import { type ToolFilter, toolFilter } from './tool-filter.ts';

/** One list of one server, as clients of `/mcp` see it. */
export interface View {
  readonly server: string;
  /** By the name or URI that clients see, in the server's order: its own name or URI, and its definition with the seen name. */
  readonly entries: ReadonlyMap<string, Item>;
}

/** Where a name leads. */
export interface Target {
  readonly server: string;
  /** What follows the server's part: the server's own name, unless that had to be changed. */
  readonly rest: string;
}

interface Named {
  readonly name: string;
  readonly tools: ServerOptions['tools'];
}

/**
 * What each server's lists look like where all servers are one. A view is made once for a list, whoever sees it, and is let go of
 * with the list.
 */
export class RoutingTable {
  #parts: ReadonlyMap<string, string> = new Map();
  #servers: ReadonlyMap<string, string> = new Map();
  #filters: ReadonlyMap<string, ToolFilter> = new Map();
  readonly #views = new Map<string, WeakMap<readonly Item[], View>>();

  constructor(servers: readonly Named[]) {
    this.update(servers);
  }

  /** Other servers, or others of their tools are offered. */
  update(servers: readonly Named[]): void {
    this.#views.clear();
    this.#parts = serverParts(servers.map(({ name }) => name));
    this.#servers = new Map([...this.#parts].map(([name, part]) => [part, name]));
    this.#filters = new Map(servers.map(({ name, tools }) => [name, toolFilter(tools)]));
  }

  view(server: string, kind: ListKind, items: readonly Item[]): View {
    const key = `${kind} ${server}`;
    const known = this.#views.get(key) ?? new WeakMap<readonly Item[], View>();
    this.#views.set(key, known);
    const view = known.get(items) ?? { server, entries: this.#entries(server, kind, items) };
    known.set(items, view);
    return view;
  }

  /** Whether clients may call this tool, by the server's own name. */
  offers(server: string, tool: string): boolean {
    return this.#filters.get(server)?.passes(tool) ?? false;
  }

  /** Null where no server has names that begin so. */
  target(exposed: string): Target | null {
    const split = splitName(exposed);
    const server = split === null ? undefined : this.#servers.get(split.serverPart);
    return split === null || server === undefined ? null : { server, rest: split.rest };
  }

  #entries(server: string, kind: ListKind, items: readonly Item[]): Map<string, Item> {
    // Of two items with one name the first counts: clients refuse a list that names two tools alike.
    const own = new Map<string, Item>();
    for (const item of items) {
      if (!own.has(item.key) && (kind !== 'tools' || this.offers(server, item.key))) own.set(item.key, item);
    }
    if (kind === 'resources' || kind === 'resourceTemplates') return own;
    const names = exposedNames(this.#parts.get(server) ?? '', [...own.keys()]);
    return new Map([...own.values()].map(item => renamed(item, names.get(item.key) ?? item.key)));
  }
}

/** What several views are together: the first of equal keys counts, and the others are told. */
export function union(views: readonly View[]): { readonly raws: string[]; readonly twice: readonly Twice[] } {
  const owners = new Map<string, string>();
  const raws: string[] = [];
  const twice: Twice[] = [];
  for (const { server, entries } of views) {
    for (const [key, { raw }] of entries) {
      const first = owners.get(key);
      if (first === undefined) {
        owners.set(key, server);
        raws.push(raw);
      } else twice.push({ key, first, other: server });
    }
  }
  return { raws, twice };
}

/** A URI that two servers have. */
export interface Twice {
  readonly key: string;
  readonly first: string;
  readonly other: string;
}

/** Whether clients would see the same in both. */
export function looksSame(a: readonly View[], b: readonly View[]): boolean {
  const full = (views: readonly View[]) => views.filter(({ entries }) => entries.size > 0);
  const before = full(a);
  const after = full(b);
  return before.length === after.length && before.every((view, i) => isSameView(view, after[i]));
}

function isSameView(a: View, b: View | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || a.server !== b.server || a.entries.size !== b.entries.size) return false;
  const others = b.entries.values();
  return [...a.entries.values()].every(({ raw }) => raw === others.next().value?.raw);
}

/** Templates longer than this would take their time with every URI. */
const MAX_URI = 8_192;
const patterns = new WeakMap<View, readonly Pattern[]>();

/** The server that has a resource: the first that lists it, else the first with a template that it may come from; null where there is none. */
export function ownerOf(uri: string, resources: readonly View[], templates: readonly View[]): string | null {
  const listed = resources.find(({ entries }) => entries.has(uri));
  if (listed !== undefined) return listed.server;
  if (uri.length > MAX_URI) return null;
  return templates.find(view => patternsOf(view).some(pattern => matches(pattern, uri)))?.server ?? null;
}

function patternsOf(view: View): readonly Pattern[] {
  const known =
    patterns.get(view) ?? [...view.entries.keys()].filter(key => key.length <= MAX_URI).map(templatePattern);
  patterns.set(view, known);
  return known;
}

function renamed(item: Item, exposed: string): [string, Item] {
  const name = rawMember(item.raw, ['name']);
  if (name === null || exposed === item.key) return [exposed, item];
  return [exposed, { key: item.key, raw: splice(item.raw, [{ ...name, with: JSON.stringify(exposed) }]) }];
}
