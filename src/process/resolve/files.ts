import { access, constants, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';

/** The questions that resolving asks of the disk. An interface, so that Windows' answers can be played on any system. */
export interface FileAccess {
  /** What stands at a path, links followed; `undefined` where nothing usable does. */
  kind(path: string): Promise<'file' | 'directory' | undefined>;
  /** POSIX: whether we may execute the file. */
  isExecutable(path: string): Promise<boolean>;
  /** The beginning of a text file, at most `bytes` (1 MiB) of it; `undefined` when it cannot be read. */
  readText(path: string, bytes?: number): Promise<string | undefined>;
  /** The names in a folder, in no order; none when it cannot be read. */
  list(path: string): Promise<readonly string[]>;
  /** The path with every link followed; `undefined` when it leads nowhere. */
  realPath(path: string): Promise<string | undefined>;
  /** Where a link, or a Windows app execution alias, points. */
  linkTarget(path: string): Promise<string | undefined>;
}

const MOST_BYTES = 1 << 20;

export const realFiles: FileAccess = {
  async kind(path) {
    const stats = (await tolerate(stat(path))) ?? (await tolerate(lstat(path)));
    if (stats === undefined) return undefined;
    // An app execution alias cannot be followed, so stat fails and lstat calls it a link: it can be started all the same.
    // A broken POSIX link looks alike; its target tells them apart.
    if (stats.isSymbolicLink()) return (await isAlias(path)) ? 'file' : undefined;
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : undefined;
  },
  async isExecutable(path) {
    return (await tolerate(access(path, constants.X_OK).then(() => true))) ?? false;
  },
  readText: (path, bytes = MOST_BYTES) => tolerate(readStart(path, bytes)),
  async list(path) {
    return (await tolerate(readdir(path))) ?? [];
  },
  realPath: path => tolerate(realpath(path)),
  linkTarget: path => tolerate(readlink(path)),
};

async function readStart(path: string, bytes: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(bytes, (await handle.stat()).size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function isAlias(path: string): Promise<boolean> {
  return /\.exe$/i.test(path) && ((await tolerate(readlink(path))) ?? '').toLowerCase().endsWith('.exe');
}

/** What cannot be reached does not exist for us: the search goes on elsewhere. Only a lack of descriptors or memory is told. */
async function tolerate<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM') throw error;
    return undefined;
  }
}
