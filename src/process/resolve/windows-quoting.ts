/** cmd.exe reads at most 8,191 characters of a line. */
export const MAX_CMD_LINE = 8_191;

/**
 * One argument for a batch file. cmd.exe reads the line once for itself and again where the file says `%*`, so the text
 * must be harmless however often it is read: always between quotes, and a quote doubled, which never leaves them open.
 * Backslash-quote would be read by cmd.exe as an end of the quotes, and what follows as commands.
 */
export function quoteBatchArgument(argument: string): string {
  return `"${argument.replace(/(\\*)"/g, '$1$1""').replace(/\\+$/, '$&$&')}"`;
}

/** The arguments for `cmd.exe`, to be passed verbatim. /s takes off the outer quotes only; /v:off leaves `!` alone. */
export function batchArguments(file: string, args: readonly string[]): readonly string[] {
  return ['/d', '/v:off', '/s', '/c', `"${[`"${file}"`, ...args.map(quoteBatchArgument)].join(' ')}"`];
}

/**
 * Why an argument cannot be handed to this batch file unchanged, or `undefined` when it can. `text` is the file's own.
 * `%NAME%` is replaced even between quotes and nothing prevents it for certain; a line end ends the command.
 */
export function unsafeInBatch(argument: string, text: string): string | undefined {
  if (/[\r\n]/.test(argument)) return 'a line end';
  if (argument.includes('%')) return '"%"';
  if (argument.includes('!') && /enabledelayedexpansion|\/v(?::on)?\b/i.test(text)) return '"!"';
  // CALL reads its line a second time, and doubles every caret between quotes
  if (argument.includes('^') && /\bcall\b/i.test(text)) return '"^"';
  return undefined;
}
