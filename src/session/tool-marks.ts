// Arguments that a tool of 2026-07-28 wants repeated in headers (`x-mcp-header`), so that those who route by headers see what the server sees.

import { isObject } from '../config/is-object.ts';
import { arrayItems } from './json-text.ts';

const MARK = 'x-mcp-header';
/** What may follow `mcp-param-` in the name of a header. */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,256}$/;

export interface Mirrored {
  /** In lower case. */
  readonly header: string;
  /** Where the value stands in the arguments. */
  readonly path: readonly string[];
}

/** Deeper than this no tool nests its arguments, and more headers no request carries: what a server marks besides has no meaning. */
const MAX_DEPTH = 32;
const MAX_MARKS = 32;

interface Place {
  readonly schema: unknown;
  readonly parent: Place | null;
  readonly key: string;
  readonly depth: number;
}

/** What a tool's input schema marks, wherever a chain of `properties` leads; elsewhere a mark has no meaning. */
export function mirroredBy(inputSchema: unknown): Mirrored[] {
  const found: Mirrored[] = [];
  const open: Place[] = [{ schema: inputSchema, parent: null, key: '', depth: 0 }];
  // Grows while it is gone through: the nearest marks come first.
  for (const place of open) {
    const { schema, depth } = place;
    if (found.length === MAX_MARKS) break;
    if (!isObject(schema)) continue;
    const name = schema[MARK];
    if (typeof name === 'string' && TOKEN.test(name) && depth > 0) {
      found.push({ header: `mcp-param-${name.toLowerCase()}`, path: pathTo(place) });
    }
    if (!isObject(schema.properties) || depth === MAX_DEPTH) continue;
    for (const [key, child] of Object.entries(schema.properties)) {
      open.push({ schema: child, parent: place, key, depth: depth + 1 });
    }
  }
  return found;
}

function pathTo(place: Place): string[] {
  const path: string[] = [];
  for (let at = place; at.parent !== null; at = at.parent) path.unshift(at.key);
  return path;
}

export function argumentAt(args: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (within, key) => (isObject(within) && Object.hasOwn(within, key) ? within[key] : undefined),
    args,
  );
}

/** What the tools of one server mark, from the lists that have gone by. */
export class ToolMarks {
  #tools = new Map<string, readonly Mirrored[]>();

  /** One page of `tools/list`, as its raw answer. The first page begins anew. */
  learn(answer: string, isFirst: boolean): void {
    if (isFirst) this.#tools = new Map();
    // Few tools mark anything: a list of which none does is not looked at.
    for (const raw of answer.includes(MARK) ? arrayItems(answer, ['result', 'tools']) : []) {
      if (!raw.includes(MARK)) continue;
      const { name, inputSchema } = JSON.parse(raw) as { name?: unknown; inputSchema?: unknown };
      if (typeof name === 'string') this.#tools.set(name, mirroredBy(inputSchema));
    }
  }

  of(tool: unknown): readonly Mirrored[] {
    return (typeof tool === 'string' ? this.#tools.get(tool) : undefined) ?? [];
  }
}
