import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Found } from '../../config/clients/client.ts';
import type { Planned } from '../../config/clients/merge.ts';
import { type Gateway, type Rewired, rewire } from '../../config/clients/rewire.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Cli } from '../context.ts';
import { findStateDir, isStateDirNamed } from '../places.ts';
import { PRIVATE, replaceFile } from '../replace-file.ts';
import { readManifest, withManifest, writeManifest } from './manifest.ts';
import type { ReadFile } from './survey.ts';

/** Our own program, in whatever form it runs. */
export const mainPath = fileURLToPath(new URL(`../main${/\.\w+$/.exec(import.meta.url)?.[0]}`, import.meta.url));

/** What will be done to one file. */
export interface Change {
  readonly read: ReadFile;
  /** The entries that go: those that were taken over, and older ones of ours. */
  readonly replaced: readonly Found[];
  /** Null where it cannot be done, so that the file stays as it is. */
  readonly result: Rewired | null;
}

/** What became of it. */
export interface Outcome {
  readonly change: Change;
  readonly backup: string | null;
  /** Why the file is as it was; null where it was rewired. */
  readonly reason: string | null;
}

/** The command that clients start from then on. */
export function gatewayOf(cli: Cli, configFile: string): Gateway {
  const state = isStateDirNamed(cli) ? ['--state-dir', findStateDir(cli)] : [];
  return { command: process.execPath, args: [mainPath, '--config', configFile, ...state, 'connect'] };
}

/** The files whose servers were taken over, and what each would be. */
export function changesOf(files: readonly ReadFile[], planned: readonly Planned[], gateway: Gateway): Change[] {
  const taken = new Set(planned.flatMap(({ from }) => from));
  return files.flatMap(read => {
    const parents = new Set(read.found.filter(one => taken.has(one)).map(parentOf));
    if (parents.size === 0) return [];
    const replaced = read.found.filter(one => taken.has(one) || (one.isSelf && parents.has(parentOf(one))));
    return [{ read, replaced, result: rewire(read.from, read.text, replaced, gateway) }];
  });
}

const parentOf = ({ path }: Found): string => JSON.stringify(path.slice(0, -1));

/**
 * Rewires each file, all of it or nothing: it is written down first what will be done, then a copy is kept, then the file is replaced at
 * once. Killed anywhere between, `--undo` brings back what was.
 */
export function rewireFiles(cli: Cli, changes: readonly Change[], at: Date): Promise<Outcome[]> {
  return withManifest(cli, async manifest => {
    const outcomes: Outcome[] = [];
    for (const change of changes) {
      try {
        outcomes.push(await rewireFile(manifest, change, at));
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        outcomes.push({ change, backup: null, reason: error.message });
      }
    }
    return outcomes;
  });
}

async function rewireFile(manifest: string, change: Change, at: Date): Promise<Outcome> {
  const { read, replaced, result } = change;
  if (result === null) {
    const reason = 'its servers are written in a way that cannot be cut out: take them out by hand';
    return { change, backup: null, reason };
  }
  const before = Buffer.from(read.text);
  const isStill = async (): Promise<boolean> => (await readFile(read.real).catch(() => null))?.equals(before) === true;
  const changed = { change, backup: null, reason: 'it was changed since it was shown: run it again' };
  if (!(await isStill())) return changed;
  const backup = `${read.real}.holdfast-backup-${at.toISOString().replaceAll(/[:.]/g, '-')}`;
  const mode = (await stat(read.real)).mode & 0o777;
  const known = await readManifest(manifest);
  const record = {
    at: at.toISOString(),
    client: read.from.client,
    file: read.from.file,
    real: read.real,
    mode,
    backup,
    before: digest(before),
    after: digest(result.text),
    replaced: replaced.map(({ path: entry }) => [...entry]),
    added: result.added.map(({ path: entry }) => [...entry]),
  };
  await writeManifest(manifest, [...known, record]);
  let isDone = false;
  try {
    await replaceFile(backup, before, PRIVATE);
    isDone = await replaceFile(read.real, result.text, mode, isStill);
  } finally {
    if (!isDone) {
      await writeManifest(manifest, known);
      await rm(backup, { force: true });
    }
  }
  return isDone ? { change, backup, reason: null } : changed;
}

export const digest = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
