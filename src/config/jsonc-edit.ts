import type { Node } from 'jsonc-parser';
import { parseSyntax } from './syntax.ts';

// Not jsonc-parser's own `modify`: where it takes a member away it takes the comments before it too, and where it adds one it
// puts it between the member before and that one's comment.

/**
 * Puts a value at a path of JSON with comments: in place of what is there, else as the last member of its object; objects on the way
 * that are not there are made. All else stays as it is, byte for byte.
 */
export function setMember(text: string, path: readonly string[], value: unknown): string {
  return edited(text, (bare, root) => {
    let object = root;
    for (const [index, key] of path.entries()) {
      const property = propertyOf(object, key);
      const inner = property?.children?.[1];
      const isLast = index === path.length - 1;
      if (inner === undefined) return insertion(bare, root, object, key, nested(path.slice(index + 1), value));
      if (isLast || inner.type !== 'object') {
        const shown = inLines(nested(path.slice(index + 1), value), bare, root, indentAt(bare, inner.offset));
        return [{ start: inner.offset, end: endOf(inner), text: shown }];
      }
      object = inner;
    }
    return [];
  });
}

/** Takes a member away, with its comma and with the line that was its alone. Comments stay. */
export function removeMember(text: string, path: readonly string[]): string {
  return edited(text, (bare, root) => {
    const object = path
      .slice(0, -1)
      .reduce<Node | undefined>((node, key) => propertyOf(node, key)?.children?.[1], root);
    const property = propertyOf(object, path.at(-1) ?? '');
    return object === undefined || property === undefined ? [] : removal(bare, object, property);
  });
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(text: string, edits: (bare: string, root: Node) => readonly Edit[]): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const bare = text.slice(mark.length);
  const { root } = parseSyntax(bare);
  if (root === undefined) throw new Error('only JSON without faults can be edited');
  let result = bare;
  for (const edit of edits(bare, root).toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return mark + result;
}

function insertion(text: string, root: Node, object: Node, key: string, value: unknown): Edit[] {
  const { style, outer, inner, last, open, close } = shapeOf(text, root, object);
  const member = `${JSON.stringify(key)}: ${inLines(value, text, root, inner)}`;
  if (last === undefined) {
    const body = text.slice(open, close);
    if (style.isOneLine) return [{ start: open, end: close, text: ` ${compact(key, value)}${body || ' '}` }];
    const line = `${style.eol}${inner}${member}`;
    return body.trim() === ''
      ? [{ start: open, end: close, text: `${line}${style.eol}${outer}` }]
      : [{ start: open, end: open, text: line }];
  }
  const end = endOf(last);
  const next = after(TRIVIA, text, end);
  const hasComma = text[next] === ',';
  const from = hasComma ? next + 1 : end;
  const comma = hasComma ? '' : ',';
  const trailing = hasComma ? ',' : '';
  if (!isBroken(text.slice(object.offset, close))) {
    return [{ start: from, end: from, text: `${comma} ${compact(key, value)}${trailing}` }];
  }
  const lineEnd = after(REST_OF_LINE, text, from);
  const at = lineEnd === text.length || isBroken(text[lineEnd] ?? '') ? lineEnd : from;
  const added = `${style.eol}${inner}${member}${trailing}`;
  if (at === end) return [{ start: end, end, text: comma + added }];
  return [
    { start: end, end, text: comma },
    { start: at, end: at, text: added },
  ];
}

function removal(text: string, object: Node, property: Node): Edit[] {
  const siblings = object.children ?? [];
  const before = siblings[siblings.indexOf(property) - 1];
  const next = after(TRIVIA, text, endOf(property));
  const hasComma = text[next] === ',';
  let { offset: start } = property;
  let end = endOf(property);
  const edits: Edit[] = [];
  // JSON without comments may not end with a comma.
  const comma = hasComma ? next : before && after(TRIVIA, text, endOf(before));
  if (hasComma && isBlank(text.slice(end, next))) end = next + 1;
  else if (comma !== undefined && !hasComma && isBlankInLine(text.slice(comma + 1, start))) start = comma;
  else if (comma !== undefined) edits.push({ start: comma, end: comma + 1, text: '' });

  const open = object.offset + 1;
  const close = endOf(object) - 1;
  const lineStart = startOfLine(text, start);
  const lineEnd = after(BLANKS, text, end);
  if (edits.length === 0 && isBlank(text.slice(open, start) + text.slice(end, close))) return [cut(open, close)];
  const beginsLine = lineStart > object.offset && isBlank(text.slice(lineStart, start));
  if (beginsLine && isBroken(text[lineEnd] ?? '')) {
    return [...edits, cut(lineStart, lineEnd + (text.startsWith('\r\n', lineEnd) ? 2 : 1))];
  }
  return [...edits, cut(start, hasComma || beginsLine ? lineEnd : end)];
}

const cut = (start: number, end: number): Edit => ({ start, end, text: '' });

function shapeOf(text: string, root: Node, object: Node) {
  const style = styleOf(text, root);
  const last = object.children?.at(-1);
  const outer = indentAt(text, object.offset);
  const isOnItsLine = last !== undefined && isBlank(text.slice(startOfLine(text, last.offset), last.offset));
  const inner = isOnItsLine ? indentAt(text, last.offset) : outer + style.unit;
  return { style, outer, inner, last, open: object.offset + 1, close: endOf(object) - 1 };
}

/** How the file is written: line breaks, one step of indentation, and whether all of it stands in one line. */
function styleOf(text: string, root: Node) {
  const first = root.children?.[0];
  const unit = first === undefined ? '' : indentAt(text, first.offset);
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  return { eol, unit: unit === '' ? '  ' : unit, isOneLine: first !== undefined && !isBroken(text.trim()) };
}

function inLines(value: unknown, text: string, root: Node, indent: string): string {
  const { eol, unit, isOneLine } = styleOf(text, root);
  if (isOneLine) return JSON.stringify(value);
  return JSON.stringify(value, null, unit).split('\n').join(`${eol}${indent}`);
}

const compact = (key: string, value: unknown): string => `${JSON.stringify(key)}: ${JSON.stringify(value)}`;

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
}

function propertyOf(object: Node | undefined, key: string): Node | undefined {
  return object?.type === 'object' ? object.children?.find(({ children }) => children?.[0]?.value === key) : undefined;
}

const endOf = ({ offset, length }: Node): number => offset + length;

// All of these match everywhere, if only nothing.
const TRIVIA = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;
const REST_OF_LINE = /(?:[ \t]|\/\*(?:(?!\*\/)[^\r\n])*\*\/)*(?:\/\/[^\r\n]*)?/y;
const BLANKS = /[ \t]*/y;

function after(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return offset + (pattern.exec(text)?.[0].length ?? 0);
}

function startOfLine(text: string, offset: number): number {
  // A negative place to begin from would count as the first.
  return offset === 0 ? 0 : Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(startOfLine(text, offset)))?.[0] ?? '';

const isBroken = (text: string): boolean => /[\r\n]/.test(text);

const isBlank = (text: string): boolean => /^\s*$/.test(text);

const isBlankInLine = (text: string): boolean => /^[ \t]*$/.test(text);
