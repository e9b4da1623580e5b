import { readFile, rm } from 'node:fs/promises';
import type { Cli } from '../context.ts';
import { replaceFile } from '../replace-file.ts';
import { manifestPath, type RewiredFile, readManifest, writeManifest } from './manifest.ts';
import { digest } from './rewire-files.ts';

/** What became of one file. */
export interface Undone {
  readonly file: string;
  readonly client: string;
  readonly outcome: 'restored' | 'as it was' | 'refused';
  /** What is to be known or done; null where all is well. */
  readonly note: string | null;
}

/** What to do with one file; decided from its content alone. */
export type Verdict = 'restore' | 'nothing' | 'no backup' | 'changed' | 'restore and keep';

export function verdictOf(
  record: Pick<RewiredFile, 'before' | 'after'>,
  current: string | null,
  backup: string | null,
  isForced: boolean,
): Verdict {
  if (current === record.before) return 'nothing';
  if (backup !== record.before) return 'no backup';
  if (current === record.after) return 'restore';
  return isForced ? 'restore and keep' : 'changed';
}

/**
 * Brings back, byte for byte, what the last rewiring of each file has replaced. A file that was changed since is left alone, unless
 * that is forced; what it is then is kept beside it.
 */
export async function undoRewire(cli: Cli, isForced: boolean, isDry: boolean, at: Date): Promise<Undone[]> {
  const path = manifestPath(cli);
  let records = await readManifest(path);
  const all = records;
  const last = all.filter((record, index) => all.findLastIndex(({ real }) => real === record.real) === index);
  const results: Undone[] = [];
  for (const record of last) {
    const result = await undoFile(record, isForced, isDry, at);
    results.push({ file: record.file, client: record.client, ...result });
    if (result.outcome === 'refused' || isDry) continue;
    records = records.filter(one => one !== record);
    await writeManifest(path, records);
    // It has done its work, and may hold secrets.
    await rm(record.backup, { force: true });
  }
  return results;
}

async function undoFile(
  record: RewiredFile,
  isForced: boolean,
  isDry: boolean,
  at: Date,
): Promise<Pick<Undone, 'outcome' | 'note'>> {
  const { real, backup, mode } = record;
  const [current, kept] = await Promise.all([bytesOf(real), bytesOf(backup)]);
  const verdict = verdictOf(record, current && digest(current), kept && digest(kept), isForced);
  if (verdict === 'nothing') return { outcome: 'as it was', note: null };
  if (verdict === 'changed') {
    const what = current === null ? 'it is not there any more' : 'it was changed since';
    const note = `${what}: --force restores it${current === null ? '' : ' and keeps what it is now beside it'}; its backup is ${backup}`;
    return { outcome: 'refused', note };
  }
  if (verdict === 'no backup' || kept === null) {
    const what = kept === null ? 'is not there any more' : 'was changed';
    return { outcome: 'refused', note: `its backup ${what}: ${backup}` };
  }
  const aside = `${real}.holdfast-backup-${at.toISOString().replaceAll(/[:.]/g, '-')}-changed`;
  const isKept = verdict === 'restore and keep' && current !== null;
  if (!isDry) {
    if (isKept) await replaceFile(aside, current, 0o600);
    await replaceFile(real, kept, mode);
  }
  return { outcome: 'restored', note: isKept ? `what it was until now is in ${aside}` : null };
}

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
