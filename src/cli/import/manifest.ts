import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { CLIENTS, type ClientId } from '../../config/clients/client.ts';
import { acquireLock, type Lock } from '../../daemon/instance-lock.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Cli } from '../context.ts';
import { findStateDir, isStateDirNamed } from '../places.ts';
import { PRIVATE, replaceFile, unwritable } from '../replace-file.ts';
import { UsageError } from '../usage-error.ts';

const record = z.object({
  /** When; ISO 8601. */
  at: z.string(),
  client: z.enum(Object.keys(CLIENTS) as [ClientId, ...ClientId[]]),
  /** As the client knows it, and where it really is. */
  file: z.string(),
  real: z.string(),
  mode: z.int(),
  backup: z.string(),
  /** SHA-256 of its content. */
  before: z.string(),
  after: z.string(),
  /** Where in it the entries were that went, and are that came. */
  replaced: z.array(z.array(z.string())),
  added: z.array(z.array(z.string())),
});

const manifest = z.object({ version: z.literal(1), files: z.array(record) });

/** One file of a client that was rewired, and how to get it back. */
export type RewiredFile = z.output<typeof record>;

/** Where it is written down what was rewired, for all configurations of this user. */
export function manifestPath(cli: Cli): string {
  const folder = findStateDir(cli, null);
  return join(isStateDirNamed(cli) ? folder : dirname(folder), 'rewire', 'files.json');
}

/**
 * Does work on it that nobody else does at the same time, or what one has written down another would take away.
 *
 * @throws UsageError while another one is at it
 */
export async function withManifest<T>(cli: Cli, work: (path: string) => Promise<T>): Promise<T> {
  const path = manifestPath(cli);
  const lock = await lockOf(join(dirname(path), 'lock'));
  try {
    return await work(path);
  } finally {
    await lock.release();
  }
}

async function lockOf(folder: string): Promise<Lock> {
  try {
    return await acquireLock(folder);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'PROCESS_MANAGER_RUNNING') throw unwritable(folder, error);
    const { pid } = error.details;
    throw new UsageError(
      `another "holdfast import" (pid ${pid}) is changing the clients' files`,
      'try again when it has ended',
    );
  }
}

/** @throws UsageError where it is damaged: what was rewired is then known by the names of the backups alone */
export async function readManifest(path: string): Promise<RewiredFile[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return manifest.parse(JSON.parse(text)).files;
  } catch {
    const hint = "the backups are beside the clients' files, and have holdfast-backup in their names; then delete it";
    throw new UsageError(`cannot understand ${path}`, hint);
  }
}

export async function writeManifest(path: string, files: readonly RewiredFile[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
  await replaceFile(path, `${JSON.stringify({ version: 1, files }, null, 2)}\n`, PRIVATE);
}
