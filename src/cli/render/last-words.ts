/** Stack frames, carets and brackets: they take the room of the line that says what happened. */
const SILENT = /^\s*(?:$|at .|File "|[\^~|]+$|[{}[\])]+,?$|Node\.js v\d)/;

/** The last lines of a server's stderr that say something, at most `most`; where none does, its last lines as they are. */
export function lastWords(lines: readonly string[], most: number): readonly string[] {
  const telling = lines.filter(line => !SILENT.test(line));
  return (telling.length === 0 ? lines : telling).slice(-most);
}
