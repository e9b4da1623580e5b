// TOML libraries lose comments and the form of what they write, so that a file is cut as text; whether that was right is seen by
// parsing it before and after (rewire.ts).

/** One statement of a TOML text: a table's header, or a key with its value. */
export interface Statement {
  /** The whole path of keys, for a key with those of its table. */
  readonly path: readonly string[];
  readonly isHeader: boolean;
  /** From the beginning of its first line to the end of its last, with the line break. */
  readonly start: number;
  readonly end: number;
}

/** The statements of a text that is TOML. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  let table: readonly string[] = [];
  for (let at = skip(SPACE, text, 0); at < text.length; at = skip(SPACE, text, at)) {
    const start = Math.max(text.lastIndexOf('\n', at) + 1, text.startsWith('\ufeff') ? 1 : 0);
    const isHeader = text[at] === '[';
    const key = keyAt(text, isHeader ? skip(BRACKETS, text, at) : at);
    if (isHeader) table = key.path;
    const valueEnd = isHeader ? skip(BRACKETS, text, key.end) : valueAt(text, key.end + 1);
    const end = skip(LINE, text, valueEnd);
    statements.push({ path: isHeader ? key.path : [...table, ...key.path], isHeader, start, end });
    // A text that is no TOML after all must not be walked for ever.
    at = Math.max(end, at + 1);
  }
  return statements;
}

/** Cuts out what belongs to the tables at these paths, with the comments within them and the blank lines after them. */
export function cutTables(text: string, paths: readonly (readonly string[])[]): string {
  let result = '';
  let kept = 0;
  for (const { start, end } of rangesOf(text, paths)) {
    result += text.slice(kept, start);
    kept = end;
  }
  return result + text.slice(kept);
}

/** What `cutTables` cuts out. */
export function tablesOf(text: string, paths: readonly (readonly string[])[]): string {
  return rangesOf(text, paths)
    .map(({ start, end }) => text.slice(start, end))
    .join('');
}

function rangesOf(text: string, paths: readonly (readonly string[])[]): { start: number; end: number }[] {
  const belongs = ({ path }: Statement): boolean => paths.some(cut => cut.every((key, index) => path[index] === key));
  const statements = statementsOf(text);
  return statements.flatMap((statement, index) => {
    if (!belongs(statement)) return [];
    const next = statements[index + 1];
    // Comments above the next table are that one's.
    const goesOn = next !== undefined && !next.isHeader && belongs(next);
    return [{ start: statement.start, end: goesOn ? next.start : skip(BLANK_LINES, text, statement.end) }];
  });
}

const SPACE = /(?:\s|#[^\n]*)*/y;
const BRACKETS = /[ \t]*[[\]]{1,2}[ \t]*/y;
const LINE = /[^\n]*\n?/y;
const BLANK_LINES = /(?:[ \t]*\r?\n)*/y;
const KEY = /[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*(\.?)/y;
/** What may stand in a value, one piece at a time: text, whose brackets count for nothing, comments, and all else. */
const PIECE =
  /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[[{]|[\]}]|\r?\n|[^"'#[\]{}\r\n]+|[\s\S]/y;

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

function keyAt(text: string, from: number): { path: string[]; end: number } {
  const path: string[] = [];
  let end = from;
  for (;;) {
    KEY.lastIndex = end;
    const match = KEY.exec(text);
    if (match === null) return { path, end };
    const [all, bare, basic, literal, dot] = match;
    path.push(bare ?? literal ?? unescaped(basic ?? ''));
    end += all.length;
    if (dot === '') return { path, end };
  }
}

/** The end of the value, before the rest of its line. */
function valueAt(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const end = skip(PIECE, text, at);
    const first = text[at];
    if (first === '[' || first === '{') depth++;
    else if (first === ']' || first === '}') depth--;
    else if ((first === '\n' || first === '\r') && depth === 0) return at;
    at = end;
  }
  return text.length;
}

function unescaped(text: string): string {
  const short: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };
  return text.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|([\s\S]))/g, (_all, u, U, x, other) =>
    other === undefined ? String.fromCodePoint(Number.parseInt(u ?? U ?? x, 16)) : (short[other] ?? other),
  );
}
