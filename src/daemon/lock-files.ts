import { randomUUID } from 'node:crypto';
import { type link as linkFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { os } from '../platform/platform.ts';

const identity = z.object({
  pid: z.int().positive(),
  startedAt: z.string().nullable(),
  bootId: z.string().nullable(),
});

const record = z.object({
  /** Tells one holding from another of the same process. */
  id: z.string(),
  ...identity.shape,
  at: z.string(),
  url: z.string().nullable(),
  control: z.string().nullable(),
  /** It is the work of a client's `connect`, and ends with that client. Earlier versions do not say. */
  isGuest: z.boolean().default(false),
  /** Path of the configuration; null where it is not known. */
  config: z.string().nullable().default(null),
  isReleased: z.boolean(),
  /** Whose the folder is after that, as long as this process lives. */
  heir: identity.nullable().default(null),
});

/** What stands in a lock file. */
export type LockRecord = z.output<typeof record>;

export interface LockFile {
  readonly generation: number;
  /** Null where the content cannot be understood. */
  readonly record: LockRecord | null;
}

const NAME = /^lock\.(\d{1,15})$/;
const TEMPORARY = 'lock.tmp.';

/** Where links do not exist (exFAT, some network and container file systems). */
const NO_LINKS = new Set(['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

const TRIES = 20;
const WAIT_MS = 25;

export const lockPath = (stateDir: string, generation: number): string => join(stateDir, `lock.${generation}`);

/** The lock file with the highest number; null where there is none. */
export async function readNewest(stateDir: string): Promise<LockFile | null> {
  for (;;) {
    const generation = await newestGeneration(stateDir);
    if (generation === 0) return null;
    const found = await readLock(stateDir, generation);
    // Gone while we looked: whoever removed it has put a higher one there before.
    if (found !== 'gone') return { generation, record: found };
  }
}

/** 0 where there is none. */
export async function newestGeneration(stateDir: string): Promise<number> {
  return Math.max(0, ...(await names(stateDir)).map(generationOf));
}

/**
 * The content of one lock file; null where it is damaged.
 *
 * Files come into being complete, by a link or a rename; only where there are no links is one written in place, so that an
 * unreadable one may be about to be finished. It gets half a second. Should its writer be slower still, it will find that it was outrun.
 */
export async function readLock(stateDir: string, generation: number): Promise<LockRecord | null | 'gone'> {
  for (let tries = 1; ; tries++) {
    const text = await readText(lockPath(stateDir, generation));
    if (text === 'gone') return text;
    const found = text === null ? null : parse(text);
    if (found !== null || tries === TRIES) return found;
    await delay(WAIT_MS);
  }
}

/** Makes the lock file of one generation; false where somebody else has made it. `link` is that of node:fs/promises. */
export async function createLock(
  stateDir: string,
  generation: number,
  content: LockRecord,
  link: typeof linkFile,
): Promise<boolean> {
  const temporary = await writeTemporary(stateDir, content);
  try {
    await link(temporary, lockPath(stateDir, generation));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: a winner has swept our temporary file away.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (code === undefined || !NO_LINKS.has(code)) throw error;
    return await writeInPlace(lockPath(stateDir, generation), content);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Puts a new content into a lock file that is ours, at once: a reader sees the old one or the new one. */
export async function replaceLock(stateDir: string, generation: number, content: LockRecord): Promise<void> {
  const temporary = await writeTemporary(stateDir, content);
  for (let tries = 1; ; tries++) {
    try {
      return await rename(temporary, lockPath(stateDir, generation));
    } catch (error) {
      if (!isBusy(error) || tries === TRIES) {
        await rm(temporary, { force: true });
        throw error;
      }
      await delay(WAIT_MS);
    }
  }
}

/** Removes the files of earlier generations, and what contenders that were killed have left. */
export async function removeOlder(stateDir: string, generation: number): Promise<void> {
  const old = (await names(stateDir)).filter(name => {
    const other = generationOf(name);
    return (other > 0 && other < generation) || name.startsWith(TEMPORARY);
  });
  await Promise.all(old.map(name => rm(join(stateDir, name), { force: true })));
}

async function names(stateDir: string): Promise<string[]> {
  try {
    return await readdir(stateDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function generationOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

async function readText(path: string): Promise<string | null | 'gone'> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    if (isBusy(error)) return null;
    throw error;
  }
}

function parse(text: string): LockRecord | null {
  try {
    return record.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function writeTemporary(stateDir: string, content: LockRecord): Promise<string> {
  const path = join(stateDir, `${TEMPORARY}${randomUUID()}`);
  await writeFile(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
  return path;
}

async function writeInPlace(path: string, content: LockRecord): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Windows refuses what would succeed a moment later, while somebody else has the file open. */
function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return os === 'windows' && (code === 'EPERM' || code === 'EACCES' || code === 'EBUSY');
}
