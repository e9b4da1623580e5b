import fc from 'fast-check';

/**
 * The C runtime's reading of a command line after the program: 2n backslashes and a quote are n backslashes and a
 * delimiter, 2n+1 are n backslashes and a literal quote; two quotes inside quotes are a literal one.
 */
export function readArguments(line: string): string[] {
  const args: string[] = [];
  let current: string | undefined;
  let inQuotes = false;
  for (let at = 0; at < line.length; ) {
    const char = line[at];
    if (!inQuotes && (char === ' ' || char === '\t')) {
      if (current !== undefined) args.push(current);
      current = undefined;
      at++;
      continue;
    }
    current ??= '';
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    at += backslashes;
    if (line[at] !== '"') {
      current += '\\'.repeat(backslashes);
      if (backslashes === 0) current += line[at++];
      continue;
    }
    current += '\\'.repeat(Math.floor(backslashes / 2));
    if (backslashes % 2 === 1) {
      current += '"';
      at++;
    } else if (inQuotes && line[at + 1] === '"') {
      current += '"';
      at += 2;
    } else {
      inQuotes = !inQuotes;
      at++;
    }
  }
  if (current !== undefined) args.push(current);
  return args;
}

/** Arguments that have been changed or acted on by one program or another. */
export const NASTY: readonly string[] = [
  ...[
    '',
    ' ',
    '\t',
    '\\',
    '\\\\',
    'a\\',
    'a b\\',
    'C:\\Program Files\\',
    '"',
    '""',
    '\\"',
    'a"b',
    '"a b"',
    '" & echo x & "',
  ],
  ...[
    '&calc',
    'a|b',
    'a>b',
    '<',
    '^',
    '^^',
    'a^&b',
    '(',
    ')',
    '!x!',
    '%',
    '%PATH%',
    '%~dp0',
    '%*',
    '100%',
    '@x',
    ';',
    ',',
    '=',
  ],
  ...[
    "'",
    '`',
    '$HOME',
    '*',
    '?',
    '/c',
    '-e',
    '--',
    'a\nb',
    '\r',
    'é',
    '漢字',
    '😀',
    '\u00a0',
    '\u2028',
    '\x1a',
    '\x7f',
  ],
];

/** Text of what Windows and cmd.exe treat specially; without NUL, which nothing can pass. */
export const nastyArguments = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ' ', '\t', '&', '|', '^', '<', '>', '(', ')', '!', 'a', 'é', '漢', '😀', '='),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});

export const argumentLists = fc.array(nastyArguments);
