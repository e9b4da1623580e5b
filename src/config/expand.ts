/** What `${…}` may stand for. */
export interface Scope {
  /** Value of an environment variable; `undefined` where it is not set. */
  readonly variable: (name: string) => string | undefined;
  /** Of `${userHome}`. */
  readonly home: string;
  /** Of `${workspaceFolder}`. */
  readonly folder: string;
  /** Of `${pathSeparator}` and `${/}`. */
  readonly separator: string;
}

export interface Expanded {
  readonly text: string;
  /**
   * One sentence for each `${…}` that has no value; it stands in `text` as it was written, but not in the sentence: whoever takes the
   * values of variables out of what is shown would take it out too.
   */
  readonly problems: readonly string[];
  /** The names of the variables among them. */
  readonly unset: readonly string[];
}

interface Found {
  readonly problems: string[];
  readonly unset: string[];
}

/** Deeper defaults within defaults are left as they are written. */
const MAX_NESTING = 10;

/**
 * Replaces `${VAR}`, `${VAR:-default}` (for unset and for empty variables; the default is expanded too),
 * `${env:VAR}`, `${userHome}`, `${workspaceFolder}`, `${workspaceFolderBasename}`, `${pathSeparator}` and `${/}`.
 * Everything else, `$VAR` and the shell's other forms too, stays as it is written.
 */
export function expand(text: string, scope: Scope): Expanded {
  const found: Found = { problems: [], unset: [] };
  return { text: expandWithin(text, scope, found, 0), ...found };
}

function expandWithin(text: string, scope: Scope, found: Found, depth: number): string {
  let result = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf('${', position);
    const end = start < 0 ? -1 : closingBrace(text, start + 2);
    if (end < 0) return result + text.slice(position);
    const inner = text.slice(start + 2, end);
    result += text.slice(position, start) + valueFor(inner, scope, found, depth);
    position = end + 1;
  }
}

/** Of the `${` before `from`; a default may hold further ones. */
function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let index = from; index < text.length; index++) {
    if (text.startsWith('${', index)) open++;
    else if (text[index] === '}' && --open === 0) return index;
  }
  return -1;
}

function valueFor(inner: string, scope: Scope, found: Found, depth: number): string {
  const asWritten = `\${${inner}}`;
  switch (inner) {
    case 'userHome':
      return scope.home;
    case 'workspaceFolder':
      return scope.folder;
    case 'workspaceFolderBasename':
      return scope.folder.split(/[\\/]/).findLast(part => part !== '') ?? '';
    case 'pathSeparator':
    case '/':
      return scope.separator;
  }
  if (/^(input|command|config):[^-]/.test(inner)) {
    found.problems.push(`"${inner}" is known to the editor alone: write a value or \${VARIABLE} in its place`);
    return asWritten;
  }
  // Windows has names such as "ProgramFiles(x86)".
  const match = /^(?:env:)?([A-Za-z_][\w()]*)(?::-([\s\S]*))?$/.exec(inner);
  const name = match?.[1];
  if (name === undefined || depth > MAX_NESTING) return asWritten;
  const value = scope.variable(name);
  const fallback = match?.[2];
  if (fallback !== undefined) {
    return value === undefined || value === '' ? expandWithin(fallback, scope, found, depth + 1) : value;
  }
  if (value !== undefined) return value;
  found.problems.push(`the variable ${name} is not set`);
  found.unset.push(name);
  return asWritten;
}
