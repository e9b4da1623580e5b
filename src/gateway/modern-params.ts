// Arguments that a tool wants repeated in headers (`x-mcp-header`), so that those who route by headers see what the server sees.

import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../config/is-object.ts';
import { arrayItems } from '../session/json-text.ts';
import type { StatelessBackend as Backend } from './backend.ts';
import { decodeHeader, mismatch } from './modern-headers.ts';
import type { ModernRequest, Refusal } from './modern-request.ts';

const MARK = 'x-mcp-header';

export interface Mirrored {
  /** In lower case. */
  readonly header: string;
  /** Where the value stands in the arguments. */
  readonly path: readonly string[];
}

/** What a tool's input schema marks, wherever a chain of `properties` leads; elsewhere a mark has no meaning. */
export function mirroredBy(inputSchema: unknown): Mirrored[] {
  const found: Mirrored[] = [];
  const open: { schema: unknown; path: readonly string[] }[] = [{ schema: inputSchema, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { schema, path } = next;
    if (!isObject(schema)) continue;
    const name = schema[MARK];
    if (typeof name === 'string' && path.length > 0) found.push({ header: `mcp-param-${name.toLowerCase()}`, path });
    const { properties } = schema;
    if (!isObject(properties)) continue;
    for (const [key, child] of Object.entries(properties)) open.push({ schema: child, path: [...path, key] });
  }
  return found;
}

/** Null where every header says what the arguments say. */
export function wrongParams(
  mirrored: readonly Mirrored[],
  args: unknown,
  headers: IncomingHttpHeaders,
): Refusal | null {
  for (const { header, path } of mirrored) {
    const value = path.reduce<unknown>((within, key) => (isObject(within) ? within[key] : undefined), args);
    if (!isEqual(decodeHeader(headers[header]), value))
      return mismatch(header, `"arguments.${path.join('.')}" in the body`);
  }
  return null;
}

function isEqual(header: string | null | undefined, value: unknown): boolean {
  if (value === undefined || value === null) return header === undefined;
  if (header === undefined || header === null) return false;
  // 42 and 42.0 are the same number, and differ only as texts.
  if (typeof value === 'number') return header.trim() !== '' && Number(header) === value;
  return header === String(value);
}

/** What the tools of each backend mark, as its clients know it: from the lists that went to them. */
export class MarkedTools {
  readonly #tools = new WeakMap<Backend, Map<string, readonly Mirrored[]>>();

  /** An answer to `tools/list` has gone by. The first page begins anew. */
  learn(backend: Backend, request: ModernRequest, answer: string): void {
    const { cursor } = request.envelope.value.params as { cursor?: unknown };
    const known = (cursor === undefined ? null : this.#tools.get(backend)) ?? new Map<string, readonly Mirrored[]>();
    // Few tools mark anything: a list of which none does is not looked at.
    for (const raw of answer.includes(MARK) ? arrayItems(answer, ['result', 'tools']) : []) {
      if (!raw.includes(MARK)) continue;
      const { name, inputSchema } = JSON.parse(raw) as { name?: unknown; inputSchema?: unknown };
      if (typeof name === 'string') known.set(name, mirroredBy(inputSchema));
    }
    if (known.size > 0) this.#tools.set(backend, known);
    else this.#tools.delete(backend);
  }

  /** Whether the headers of a `tools/call` are as its tool wants them. */
  check(backend: Backend, { envelope }: ModernRequest, headers: IncomingHttpHeaders): Refusal | null {
    const known = this.#tools.get(backend);
    if (known === undefined || envelope.method !== 'tools/call') return null;
    const { name, arguments: args } = envelope.value.params as { name?: unknown; arguments?: unknown };
    const mirrored = typeof name === 'string' ? known.get(name) : undefined;
    return mirrored === undefined ? null : wrongParams(mirrored, args, headers);
  }
}
