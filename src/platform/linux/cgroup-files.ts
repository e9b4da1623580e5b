// The few operations on cgroupfs that we need, as an interface so that tests can make up a tree. They are synchronous: these files
// are the kernel's memory, no disk is waited for, and a kill must not stand in line for Node's thread pool.

import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeSync,
} from 'node:fs';

export interface CgroupFiles {
  has(path: string): boolean;
  /** @throws Error of the system, as the others do. */
  read(path: string): string;
  write(path: string, text: string): void;
  makeFolder(path: string): void;
  removeFolder(path: string): void;
  /** Paths of the folders directly in it. */
  folders(path: string): string[];
}

export const cgroupFiles: CgroupFiles = {
  has: existsSync,
  read: path => readFileSync(path, 'utf8'),
  write(path, text) {
    // Not to be made: a file that the kernel does not offer is missing then, instead of refused. Not for reading: some may not be read.
    const file = openSync(path, constants.O_WRONLY);
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
  },
  makeFolder: path => mkdirSync(path),
  removeFolder: path => rmdirSync(path),
  folders: path =>
    readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => `${path}/${entry.name}`),
};

/** What went wrong, short. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Null for what has gone meanwhile, and for lists that a threaded cgroup leaves to the one above it. */
export function ifThere<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ENODEV', 'EOPNOTSUPP'].includes(codeOf(error))) return null;
    throw error;
  }
}

/** Removes a cgroup with those in it, the deepest first, as far as they are empty. Says whether it is gone. */
export function removeTree(files: CgroupFiles, folder: string): boolean {
  try {
    for (const inner of ifThere(() => files.folders(folder)) ?? []) removeTree(files, inner);
    files.removeFolder(folder);
    return true;
  } catch (error) {
    // EBUSY: a process is there, or has not quite gone; whoever asks tries again later, the sweep at the next start at last.
    return codeOf(error) === 'ENOENT';
  }
}
