import { arrayItems } from './json-text.ts';

/** The lists of a server, each with its method, the member of the result that holds the items, and what names an item. */
export const LISTS = {
  tools: { method: 'tools/list', member: 'tools', key: 'name', capability: 'tools' },
  resources: { method: 'resources/list', member: 'resources', key: 'uri', capability: 'resources' },
  resourceTemplates: {
    method: 'resources/templates/list',
    member: 'resourceTemplates',
    key: 'uriTemplate',
    capability: 'resources',
  },
  prompts: { method: 'prompts/list', member: 'prompts', key: 'name', capability: 'prompts' },
} as const;

export type ListKind = keyof typeof LISTS;
export const LIST_KINDS = Object.keys(LISTS) as ListKind[];

/** One tool, resource, template or prompt: its name or URI, and its definition as the server wrote it. */
export interface Item {
  readonly key: string;
  readonly raw: string;
}

export interface ListDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export const isSame = (diff: ListDiff): boolean => diff.added.length + diff.removed.length + diff.changed.length === 0;

/** The kind of list that a request without a cursor asks for, or null. */
export function listKindOf(method: string): ListKind | null {
  return LIST_KINDS.find(kind => LISTS[kind].method === method) ?? null;
}

/** The items of one page, from the raw text of a list's answer. Items without a name are left out. */
export function itemsOf(kind: ListKind, answer: string): Item[] {
  const { member, key } = LISTS[kind];
  return arrayItems(answer, ['result', member]).flatMap(raw => {
    const name: unknown = (JSON.parse(raw) as Record<string, unknown> | null)?.[key];
    return typeof name === 'string' ? [{ key: name, raw }] : [];
  });
}

/** What a server offers, kept outside its process: the last good lists, served also while it is down. */
export class Catalogue {
  readonly #lists = new Map<ListKind, readonly Item[]>();
  readonly #tools = new Map<string, Record<string, unknown>>();

  /** Null where the list has never been read. */
  list(kind: ListKind): readonly Item[] | null {
    return this.#lists.get(kind) ?? null;
  }

  /** Takes a fresh list and says what is new in it; everything is `added` the first time. */
  replace(kind: ListKind, items: readonly Item[]): ListDiff {
    const diff = compare(this.#lists.get(kind) ?? [], items);
    this.#lists.set(kind, items);
    if (kind === 'tools') {
      this.#tools.clear();
      for (const item of items) this.#tools.set(item.key, JSON.parse(item.raw) as Record<string, unknown>);
    }
    return diff;
  }

  /** Whether there is a tool of this name; null where the list has never been read. On the path of every call. */
  hasTool(name: string): boolean | null {
    return this.#lists.has('tools') ? this.#tools.has(name) : null;
  }

  /** The annotations of a tool, as far as they are known; null for a tool that is not in the list. */
  annotations(tool: string): Record<string, unknown> | null {
    const annotations = this.#tools.get(tool)?.annotations;
    return typeof annotations === 'object' && annotations !== null ? (annotations as Record<string, unknown>) : null;
  }

  copy(): Catalogue {
    const copy = new Catalogue();
    for (const [kind, items] of this.#lists) copy.replace(kind, items);
    return copy;
  }

  /** The result of a list request, as raw JSON, the items unchanged. */
  result(kind: ListKind): string | null {
    const items = this.#lists.get(kind);
    return items === undefined ? null : `{"${LISTS[kind].member}":[${items.map(item => item.raw).join(',')}]}`;
  }
}

/** What a client is told to have changed that knew the one catalogue and is served from the other. */
export function changedLists(known: Catalogue, now: Catalogue): string[] {
  if (known === now) return [];
  const kinds = LIST_KINDS.filter(kind => {
    const before = known.list(kind);
    return before !== null && !isSame(compare(before, now.list(kind) ?? before));
  });
  return [...new Set(kinds.map(kind => LISTS[kind].capability))];
}

/** Names that came, went, or mean something else now. */
export function compare(known: readonly Item[], seen: readonly Item[]): ListDiff {
  const before = new Map(known.map(item => [item.key, item.raw]));
  const after = new Map(seen.map(item => [item.key, item.raw]));
  return {
    added: [...after.keys()].filter(key => !before.has(key)),
    removed: [...before.keys()].filter(key => !after.has(key)),
    changed: [...after].filter(([key, raw]) => before.has(key) && before.get(key) !== raw).map(([key]) => key),
  };
}
