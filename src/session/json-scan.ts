// Finds places in JSON text. The text has been through JSON.parse, so nothing is validated again: a quote is always
// followed by its partner. No recursion: depth is a number, so no nesting overflows the stack.

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** A piece of a text, in UTF-16 code units, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A piece of a text together with what stands there. */
export interface Slice extends Span {
  readonly raw: string;
}

export interface Edit extends Span {
  readonly with: string;
}

/** The slice of `text` at a span. */
export const sliceAt = (text: string, span: Span): Slice => ({
  start: span.start,
  end: span.end,
  raw: text.slice(span.start, span.end),
});

/** Replaces pieces of a text; the order of the edits does not matter. Throws a RangeError where two overlap. */
export function splice(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.length === 1 ? edits : edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError('edits overlap or lie outside of the text');
    }
    result += text.slice(at, edit.start) + edit.with;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** Index of the first character at or after `at` that is no whitespace. */
export function skipSpace(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) <= 0x20) i++;
  return i;
}

/** Index after the value that begins at `at`. */
function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(text, at);
  let i = at;
  while (i < text.length && !endsScalar(text.charCodeAt(i))) i++;
  return i;
}

/**
 * Calls `visit` for each member of the object that begins at `at`, in order, duplicates included;
 * the key's span has its quotes. Nothing happens where no object begins.
 */
export function forEachMember(text: string, at: number, visit: (key: Span, value: Span) => void): void {
  if (text.charCodeAt(at) !== OPEN_BRACE) return;
  let i = skipSpace(text, at + 1);
  while (i < text.length && text.charCodeAt(i) !== CLOSE_BRACE) {
    const keyEnd = skipString(text, i);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    visit({ start: i, end: keyEnd }, { start, end });
    i = afterComma(text, end);
  }
}

/** The values of the array that begins at `at`; none where no array begins. */
export function itemSpans(text: string, at: number): Span[] {
  const spans: Span[] = [];
  if (text.charCodeAt(at) !== OPEN_BRACKET) return spans;
  let i = skipSpace(text, at + 1);
  while (i < text.length && text.charCodeAt(i) !== CLOSE_BRACKET) {
    const end = skipValue(text, i);
    spans.push({ start: i, end });
    i = afterComma(text, end);
  }
  return spans;
}

/** The name that the key at a span spells, however it is escaped: `"\u0069d"` is `id`. */
export function keyAt(text: string, key: Span): string {
  const inside = text.slice(key.start + 1, key.end - 1);
  return inside.includes('\\') ? String(JSON.parse(`"${inside}"`)) : inside;
}

function afterComma(text: string, at: number): number {
  const i = skipSpace(text, at);
  return text.charCodeAt(i) === COMMA ? skipSpace(text, i + 1) : i;
}

function skipString(text: string, at: number): number {
  // Looking for quotes is a memory scan; only the few characters before each are looked at one by one.
  let from = at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let run = quote;
    while (run > from && text.charCodeAt(run - 1) === BACKSLASH) run--;
    if ((quote - run) % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function skipNested(text: string, at: number): number {
  let depth = 0;
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    i++;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return i;
  }
  return i;
}

const endsScalar = (code: number): boolean =>
  code <= 0x20 || code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET;
