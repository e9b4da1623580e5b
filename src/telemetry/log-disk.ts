import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FileFacts {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** What the log files need of a file system: one folder of files. */
export interface LogDisk {
  /**
   * Appends as much as the file system takes, and says how much that was; null, and nothing is written, where the file is not empty and
   * would become longer than `limit`. Folder and file are made where they are missing, closed to others.
   */
  append(name: string, bytes: Uint8Array, limit: number): Promise<number | null>;
  /** Files of the folder; none where there is no folder. */
  list(): Promise<FileFacts[]>;
  rename(from: string, to: string): Promise<void>;
  /** Also where it is gone already. */
  remove(name: string): Promise<void>;
  /** Does `work` unless another process is at such work in this folder; says whether it did. */
  alone(work: () => Promise<void>): Promise<boolean>;
}

const LOCK = '.turning';
/** Nobody takes so long to rename a few files: whoever made the lock is dead. */
const STALE_MS = 30_000;

/**
 * A folder on the real file system. A file is opened for each append and closed again: so it may be put aside, taken away with its folder
 * or written by several processes at any time, and nothing that is written is torn by another's.
 */
export function logFolder(folder: string, wall: () => number): LogDisk {
  const at = (name: string): string => join(folder, name);
  return {
    async append(name, bytes, limit) {
      const file = await openIn(folder, at(name));
      try {
        const { size } = await file.stat();
        if (size > 0 && size + bytes.length > limit) return null;
        return (await file.write(bytes)).bytesWritten;
      } finally {
        await file.close();
      }
    },
    async list() {
      const names = await readdir(folder).catch(unless('ENOENT', []));
      const facts = names.map(async name => {
        const found = await stat(at(name)).catch(unless('ENOENT', null));
        return found?.isFile() === true ? [{ name, bytes: found.size, changedAt: found.mtimeMs }] : [];
      });
      return (await Promise.all(facts)).flat();
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: name => rm(at(name), { force: true }),
    async alone(work) {
      if (!(await lock(at(LOCK), wall))) return false;
      try {
        await work();
      } finally {
        await rmdir(at(LOCK)).catch(unless('ENOENT', undefined));
      }
      return true;
    },
  };
}

async function openIn(folder: string, path: string) {
  try {
    return await open(path, 'a', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return open(path, 'a', 0o600);
  }
}

async function lock(path: string, wall: () => number): Promise<boolean> {
  const isMade = await mkdir(path).then(() => true, unless('EEXIST', false));
  if (isMade) return true;
  const found = await stat(path).catch(unless('ENOENT', null));
  if (found !== null && wall() - found.mtimeMs > STALE_MS) await rmdir(path).catch(unless('ENOENT', undefined));
  return false;
}

function unless<T>(code: string, instead: T): (error: unknown) => T {
  return error => {
    if (codeOf(error) !== code) throw error;
    return instead;
  };
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
