import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from './log-line.ts';
import { logFileName, parseLogFileName } from './log-names.ts';

/** A file of the log, as it was when the folder was looked at. */
export interface LogFile {
  readonly stem: string;
  /** 0 is in use, 1 was put aside last. */
  readonly age: number;
  /** Tells a file from another that has got its name since. */
  readonly ino: bigint;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** A line as it stands in the file, and what it says. */
export interface ReadLine {
  readonly text: string;
  readonly line: LogLine;
}

const CHUNK = 64 * 1024;
const LF = 0x0a;

/** The files of a folder, the oldest of each stem first; none where there is no folder. */
export async function logFilesIn(folder: string, stems: ReadonlySet<string> | null = null): Promise<LogFile[]> {
  const names = await readdir(folder).catch(ifMissing([]));
  const found = names.map(async (name): Promise<LogFile[]> => {
    const parsed = parseLogFileName(name);
    if (parsed === null || stems?.has(parsed.stem) === false) return [];
    const facts = await stat(join(folder, name), { bigint: true }).catch(ifMissing(null));
    if (facts?.isFile() !== true) return [];
    return [{ ...parsed, ino: facts.ino, bytes: Number(facts.size), changedAt: Number(facts.mtimeMs) }];
  });
  const files = (await Promise.all(found)).flat();
  return files.sort((a, b) => (a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : b.age - a.age));
}

/** What a line says; null for one that was torn when a disk was full, or that others have written. */
export function readLine(text: string): ReadLine | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof line !== 'object' || line === null) return null;
  const { level, time } = line as Record<string, unknown>;
  return typeof level === 'string' && typeof time === 'string' ? { text, line: line as LogLine } : null;
}

/** The whole lines from byte `from` on, each with the place behind it; what has no line break yet is left for later. */
export async function* linesFrom(
  folder: string,
  file: LogFile,
  from = 0,
): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  const handle = await openAgain(folder, file);
  if (handle === null) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let at = from; at < file.bytes; ) {
      const chunk = await read(handle, at, Math.min(CHUNK, file.bytes - at));
      if (chunk.length === 0) return;
      let start = at - rest.length;
      at += chunk.length;
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(LF); end !== -1; end = rest.indexOf(LF)) {
        start += end + 1;
        const text = rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
        yield { text, end: start };
      }
    }
  } finally {
    await handle.close();
  }
}

/** The whole lines, the last one first. */
export async function* linesBack(folder: string, file: LogFile): AsyncGenerator<string> {
  const handle = await openAgain(folder, file);
  if (handle === null) return;
  try {
    // What stands before its first line break may be the end of a line that begins further up.
    let rest: Buffer = Buffer.alloc(0);
    let isLast = true;
    for (let at = file.bytes; at > 0; ) {
      const size = Math.min(CHUNK, at);
      at -= size;
      rest = Buffer.concat([await read(handle, at, size), rest]);
      for (let end = rest.lastIndexOf(LF); end !== -1; end = rest.lastIndexOf(LF)) {
        const text = rest.toString('utf8', end + 1);
        rest = rest.subarray(0, end);
        if (!isLast) yield text;
        isLast = false;
      }
    }
    if (!isLast) yield rest.toString('utf8');
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(size), 0, size, at);
  return buffer.subarray(0, bytesRead);
}

/** It may have been put aside since, or be gone: null. */
async function openAgain(folder: string, { stem, age, ino }: LogFile): Promise<FileHandle | null> {
  for (const name of [logFileName(stem, age), logFileName(stem, age + 1)]) {
    const handle = await open(join(folder, name)).catch(ifMissing(null));
    if (handle === null) continue;
    if ((await handle.stat({ bigint: true })).ino === ino) return handle;
    await handle.close();
  }
  return null;
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return error => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
