import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A pipe in place of a file would be waited for, and a link leads wherever somebody likes. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The text of a file that nobody but this user can have written; null for any other. On Windows, whose files have no such mode, the
 * rights of the folder have to do.
 *
 * @throws Error of the system
 */
export async function readOwnFile(path: string): Promise<string | null> {
  const file = await open(path, FLAGS);
  try {
    const stat = await file.stat();
    const user = process.geteuid?.();
    const isOwn = user === undefined || (stat.uid === user && (stat.mode & WRITABLE_BY_OTHERS) === 0);
    return stat.isFile() && isOwn ? await file.readFile('utf8') : null;
  } finally {
    await file.close();
  }
}
