import type { Node } from 'jsonc-parser';
import { ConfigError, type ConfigIssue } from '../errors/config-error.ts';
import { parseSyntax } from './syntax.ts';
import type { Place } from './types.ts';

export type KeyPath = readonly (string | number)[];

/** A configuration before it is looked at: its value, and where each part of it stands. */
export interface Source {
  /** As it is named in errors. */
  readonly file: string;
  readonly value: unknown;
  /** Mistakes of the text that leave the value usable. */
  readonly issues: readonly ConfigIssue[];
  /** The same text read otherwise: of keys that stand there several times the second counts, the third, and so on. To find mistakes. */
  readonly others: readonly Source[];
  /** Place of the key or the value at `path`; of the nearest part around it where that is absent. */
  placeOf(path: KeyPath, part: 'key' | 'value'): Place;
}

/** For a configuration that is an object of the caller's program. */
export function sourceOfObject(value: unknown): Source {
  return { file: '<config>', value, issues: [], others: [], placeOf: () => ({ line: 1, column: 1 }) };
}

/**
 * Reads JSON with comments and trailing commas; a byte order mark at the start is passed over.
 * @throws ConfigError where the text is not such JSON.
 */
export function sourceOfText(withMark: string, file: string): Source {
  const text = withMark.startsWith('\ufeff') ? withMark.slice(1) : withMark;
  const placeAt = placesOf(text);
  const issue = (offset: number, key: string, message: string): ConfigIssue => ({
    file,
    ...placeAt(offset),
    key,
    message,
  });

  const { root, faults } = parseSyntax(text);
  const issues = faults.map(fault => issue(fault.offset, '', fault.message));
  if (root === undefined) throw new ConfigError(issues);
  let most = 1;
  for (const { node, first, path, count } of duplicates(root)) {
    most = Math.max(most, count);
    issues.push(
      issue(node.offset, formatPath(path), `duplicate key: it stands in line ${placeAt(first.offset).line} already`),
    );
  }
  const reading = (nth: number) => ({
    file,
    value: toValue(root, nth),
    placeOf: (path: KeyPath, part: 'key' | 'value') => placeAt(offsetOf(root, path, part, nth)),
  });
  const others = Array.from({ length: Math.min(most, MAX_READINGS) - 1 }, (_, index) => ({
    ...reading(index + 1),
    issues: [],
    others: [],
  }));
  return { ...reading(0), issues, others };
}

/** What stands there more often is told to be there, and no more. */
const MAX_READINGS = 10;

/** `mcpServers.files.args[0]`; names that would blur the path stand in brackets and quotes. */
export function formatPath(path: KeyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$@/-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Offset to place, by the line breaks that editors count. */
function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return offset => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function offsetOf(root: Node, path: KeyPath, part: 'key' | 'value', nth: number): number {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length), nth);
    if (node === undefined) continue;
    const wantsKey = part === 'key' || length < path.length;
    return wantsKey && node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return root.offset;
}

function nodeAt(root: Node, path: KeyPath, nth: number): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) {
    if (node === undefined) return undefined;
    node = typeof part === 'number' ? node.children?.[part] : membersOf(node, nth).get(part);
  }
  return node;
}

// Not jsonc-parser's own getNodeValue: it assigns, so that a key "__proto__" would change the prototype.
function toValue(node: Node, nth: number): unknown {
  if (node.type === 'array') return (node.children ?? []).map(child => toValue(child, nth));
  if (node.type !== 'object') return node.value;
  return Object.fromEntries([...membersOf(node, nth)].map(([name, value]) => [name, toValue(value, nth)]));
}

/** Of a key that stands there several times the one after so many others, or the last. */
function membersOf(object: Node, nth: number): Map<string, Node> {
  const members = new Map<string, Node>();
  const seen = new Map<string, number>();
  for (const { children: [key, value] = [] } of object.type === 'object' ? (object.children ?? []) : []) {
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    if (before <= nth) members.set(name, value);
  }
  return members;
}

/** Keys that occur twice in one object, in the parts that are ours to read; what other programs keep beside is theirs. */
function* duplicates(root: Node): Generator<{ node: Node; first: Node; path: KeyPath; count: number }> {
  const ours = new Set(['mcpServers', 'servers', 'holdfast']);
  const pending: { node: Node; path: KeyPath }[] = [{ node: root, path: [] }];
  for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
    const seen = new Map<string, { first: Node; count: number }>();
    for (const [index, child] of (item.node.children ?? []).entries()) {
      if (item.node.type === 'array') {
        pending.push({ node: child, path: [...item.path, index] });
        continue;
      }
      const [key, value] = child.children ?? [];
      if (key === undefined || value === undefined) continue;
      const name = String(key.value);
      if (item.node === root && !ours.has(name)) continue;
      const path = [...item.path, name];
      const known = seen.get(name) ?? { first: key, count: 0 };
      seen.set(name, known);
      if (++known.count > 1) yield { node: key, path, ...known };
      pending.push({ node: value, path });
    }
  }
}
