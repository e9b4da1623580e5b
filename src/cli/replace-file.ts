import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** Whoever else is on this machine may not read it: it may hold secrets. */
export const PRIVATE = 0o600;

/** On Windows a file that somebody reads cannot be replaced; it is read for a moment. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const TRIES = 10;
const WAIT_MS = 50;

/** The file that a path leads to, through links; the path itself where there is none yet. */
export async function realFile(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return resolve(path);
    throw error;
  }
}

/**
 * Puts a whole new content into a file: whoever reads it sees the old one or the new one, also after a crash. `path` must be the file
 * itself, not a link to it. `isStill` is asked last of all: what others have written meanwhile must not be lost.
 *
 * @returns false where `isStill` said no; the file is as it was then
 * @throws HoldfastError RESOURCE_FILE_UNWRITABLE; the old content is then still there
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  isStill: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(content);
      // What the umask has taken away.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    if (await isStill()) {
      await renameOver(draft, path);
      return true;
    }
    await rm(draft, { force: true });
    return false;
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw unwritable(path, cause);
  }
}

export function unwritable(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause;
  const why = code === 'ENOENT' ? `there is no folder ${dirname(path)}` : code;
  return new HoldfastError('RESOURCE_FILE_UNWRITABLE', { details: { file: path, why }, cause });
}

async function renameOver(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || !BUSY.has(code) || tries === TRIES) throw error;
      await delay(WAIT_MS);
    }
  }
}
