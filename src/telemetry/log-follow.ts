import { type LogFile, linesFrom, logFilesIn, type ReadLine, readLine } from './log-lines.ts';

/** Goes on with the lines of a folder where a look at it ended, across files that are put aside and managers that come and go. */
export class LogFollower {
  readonly #folder: string;
  readonly #stems: ReadonlySet<string> | null;
  /** How far each file has been read. */
  #read: ReadonlyMap<bigint, number>;

  /** `files` have been read already, as far as they went. `stems`: null is all. */
  constructor(folder: string, stems: ReadonlySet<string> | null, files: readonly LogFile[]) {
    this.#folder = folder;
    this.#stems = stems;
    this.#read = new Map(files.map(({ ino, bytes }) => [ino, bytes]));
  }

  /** What was written since it was asked last, in order of time. */
  async next(): Promise<ReadLine[]> {
    const lines: ReadLine[] = [];
    const read = new Map<bigint, number>();
    for (const file of await logFilesIn(this.#folder, this.#stems)) {
      const before = this.#read.get(file.ino) ?? 0;
      // Shorter than it was: another file, that has got the old one's number.
      let end = before > file.bytes ? 0 : before;
      if (end < file.bytes)
        for await (const line of linesFrom(this.#folder, file, end)) {
          end = line.end;
          const known = readLine(line.text);
          if (known !== null) lines.push(known);
        }
      read.set(file.ino, end);
    }
    this.#read = read;
    return lines.sort((a, b) => (a.line.time < b.line.time ? -1 : a.line.time > b.line.time ? 1 : 0));
  }
}
