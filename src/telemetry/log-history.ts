import { type LogFile, linesBack, linesFrom, type ReadLine, readLine } from './log-lines.ts';

export interface LogQuery {
  /** As the lines have it: ISO 8601 in UTC. Null: from the beginning. */
  readonly since: string | null;
  /** Only so many, the last ones; infinite for all. */
  readonly last: number;
  readonly matches: (line: ReadLine['line']) => boolean;
}

/** The lines of these files, as `logFilesIn` gives them, in order of time. Memory is bounded by `last`. */
export async function* readLogs(
  folder: string,
  files: readonly LogFile[],
  { since, last, matches }: LogQuery,
): AsyncGenerator<ReadLine> {
  const from = since ?? '';
  const wanted = files.filter(({ changedAt }) => since === null || changedAt >= Date.parse(since));
  const chains = [...new Set(wanted.map(({ stem }) => stem))].map(of => wanted.filter(({ stem }) => stem === of));
  if (last === Number.POSITIVE_INFINITY) {
    const sources = chains.map(chain => forward(folder, chain));
    for await (const read of merged(sources, (a, b) => a < b)) {
      if (read.line.time >= from && matches(read.line)) yield read;
    }
    return;
  }
  const found: ReadLine[] = [];
  const sources = chains.map(chain => backward(folder, chain, from));
  for await (const read of merged(sources, (a, b) => a > b)) {
    if (found.length >= last) break;
    if (matches(read.line)) found.push(read);
  }
  yield* found.reverse();
}

async function* forward(folder: string, chain: readonly LogFile[]): AsyncGenerator<ReadLine> {
  for (const file of chain)
    for await (const { text } of linesFrom(folder, file)) {
      const read = readLine(text);
      if (read !== null) yield read;
    }
}

/** Ends with the first line that is older than `since`. */
async function* backward(folder: string, chain: readonly LogFile[], since: string): AsyncGenerator<ReadLine> {
  for (const file of chain.toReversed())
    for await (const text of linesBack(folder, file)) {
      const read = readLine(text);
      if (read === null) continue;
      if (read.line.time < since) return;
      yield read;
    }
}

/** Of several that are in order each, one that is; `isFirst` says which of two times comes first. */
async function* merged(
  sources: readonly AsyncGenerator<ReadLine>[],
  isFirst: (a: string, b: string) => boolean,
): AsyncGenerator<ReadLine> {
  const heads = await Promise.all(sources.map(async source => ({ source, head: (await source.next()).value ?? null })));
  try {
    for (;;) {
      let next: (typeof heads)[number] | null = null;
      for (const each of heads) {
        if (each.head === null) continue;
        if (next?.head == null || isFirst(each.head.line.time, next.head.line.time)) next = each;
      }
      if (next?.head == null) return;
      yield next.head;
      next.head = (await next.source.next()).value ?? null;
    }
  } finally {
    // Each has a file open.
    for (const { source } of heads) await source.return(undefined);
  }
}
