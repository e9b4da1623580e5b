import { readFile, rm } from 'node:fs/promises';
import type { ClientId } from '../../config/clients/client.ts';
import { unwire } from '../../config/clients/rewire.ts';
import type { Cli } from '../context.ts';
import { PRIVATE, realFile, replaceFile } from '../replace-file.ts';
import { manifestPath, type RewiredFile, readManifest, withManifest, writeManifest } from './manifest.ts';
import { digest } from './rewire-files.ts';

/** What became of one file. */
export interface Undone {
  readonly file: string;
  readonly client: ClientId;
  readonly outcome: 'restored' | 'as it was' | 'refused';
  /** What is to be known or done; null where all is well. */
  readonly note: string | null;
}

/** What becomes of a file that was changed since. */
export type Changed = 'leave' | 'keep' | 'replace';

/** What to do with one file; decided from its content alone. */
export type Verdict = 'restore' | 'nothing' | 'no backup' | 'gone' | 'leave' | 'keep' | 'replace';

export function verdictOf(
  record: Pick<RewiredFile, 'before' | 'after'>,
  current: string | null,
  backup: string | null,
  changed: Changed,
): Verdict {
  if (current === record.before) return 'nothing';
  if (backup !== record.before) return 'no backup';
  if (current === record.after) return 'restore';
  if (current === null) return changed === 'replace' ? 'restore' : 'gone';
  return changed;
}

/**
 * Brings back, byte for byte, what the last rewiring of each file has replaced. A file that was changed since is left alone, unless
 * somebody has said what is to become of it; then what it is now is kept beside it.
 */
export function undoRewire(cli: Cli, changed: Changed, isDry: boolean, at: Date): Promise<Undone[]> {
  const work = (path: string): Promise<Undone[]> => undoAll(path, changed, isDry, at);
  return isDry ? work(manifestPath(cli)) : withManifest(cli, work);
}

async function undoAll(path: string, changed: Changed, isDry: boolean, at: Date): Promise<Undone[]> {
  let records = await readManifest(path);
  const all = records;
  const last = all.filter((record, index) => all.findLastIndex(({ real }) => real === record.real) === index);
  const results: Undone[] = [];
  for (const record of last) {
    const result = await undoFile(record, changed, isDry, at).catch(refusedByDisk);
    results.push({ file: record.file, client: record.client, ...result });
    if (result.outcome === 'refused' || isDry) continue;
    records = records.filter(one => one !== record);
    await writeManifest(path, records);
    // It has done its work, and may hold secrets.
    await rm(record.backup, { force: true });
  }
  return results;
}

type Result = Pick<Undone, 'outcome' | 'note'>;
const refused = (note: string): Result => ({ outcome: 'refused', note });

/** One file that cannot be read or written keeps none of the others back. */
function refusedByDisk(error: unknown): Result {
  if (!(error instanceof Error && 'code' in error)) throw error;
  return refused(error.message);
}

async function undoFile(record: RewiredFile, changed: Changed, isDry: boolean, at: Date): Promise<Result> {
  const { backup, mode } = record;
  // It may be a link by now.
  const real = await realFile(record.real);
  const [current, kept] = await Promise.all([bytesOf(real), bytesOf(backup)]);
  const verdict = verdictOf(record, current && digest(current), kept && digest(kept), changed);
  if (verdict === 'nothing') return { outcome: 'as it was', note: null };
  if (verdict === 'no backup' || kept === null) {
    return refused(`its backup ${kept === null ? 'is not there any more' : 'was changed'}: ${backup}`);
  }
  if (verdict === 'gone') return refused(`it is not there any more: --force brings it back; its backup is ${backup}`);
  if (verdict === 'leave') {
    const choice = '--keep-changes brings back its servers alone, --force all of it; either keeps a copy';
    return refused(`it was changed since: ${choice}; its backup is ${backup}`);
  }
  const content = verdict === 'keep' && current !== null ? unwired(record, current, kept) : kept;
  if (content === null) return refused(`its servers cannot be put back one by one: --force, or by hand from ${backup}`);
  const aside = `${real}.holdfast-backup-${at.toISOString().replaceAll(/[:.]/g, '-')}-changed`;
  const isKept = verdict !== 'restore' && current !== null;
  if (!isDry) {
    if (isKept) await replaceFile(aside, current, PRIVATE);
    const isStill = async (): Promise<boolean> => isSame(await bytesOf(real), current);
    if (!(await replaceFile(real, content, mode, isStill))) {
      if (isKept) await rm(aside, { force: true });
      return refused('it has just been changed: run it again');
    }
  }
  return { outcome: 'restored', note: isKept ? `what it was until now is in ${aside}` : null };
}

/** What is no text would not come back as it is. */
function unwired(record: RewiredFile, current: Buffer, kept: Buffer): string | null {
  const text = current.toString();
  return isSame(Buffer.from(text), current) ? unwire(record, text, kept.toString(), record) : null;
}

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
