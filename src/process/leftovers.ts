import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { containment, sweepCgroups } from '../platform/containment.ts';
import { isInside } from '../platform/cookie.ts';
import { isSameProcess, readBootId, readPidSpace } from '../platform/identity.ts';
import { readOwnFile } from '../platform/own-file.ts';
import type { ProcessGroup } from '../platform/process-group.ts';
import type { Clock } from './clock.ts';
import { sweepContainer } from './container/sweep-container.ts';
import {
  besideOf,
  JOURNAL_SUFFIX,
  type KeptLife,
  type ManagerIdentity,
  type ReadJournal,
  readJournal,
} from './journal.ts';
import { shutDown } from './shutdown.ts';

/** What an earlier manager, which was killed, had left of one server. */
export interface Leftover {
  /** Empty where only the mark of its manager was found. */
  readonly server: string;
  readonly pids: readonly number[];
  /** Those of them that could not be ended. */
  readonly survivors: readonly number[];
  /** Ids of containers, which were removed. */
  readonly containers: readonly string[];
}

export interface LeftoverSweep {
  readonly found: readonly Leftover[];
  /** Why a journal could not be read or removed, for people. */
  readonly troubles: readonly string[];
}

const GRACE_MS = 100;
/** A file that is no journal may be one of a later version. */
const isJournal = (name: string): boolean => name.endsWith(JOURNAL_SUFFIX);

/** Ends what managers that are dead have left, as their journals in `folder` tell, and removes these. */
export async function sweepLeftovers(folder: string, clock: Clock): Promise<LeftoverSweep> {
  const { journals, troubles } = await readDeadJournals(folder);
  const found: Leftover[] = [];
  const sweepAll = journals.map(async ({ path, journal }) => {
    try {
      const swept = await sweepOne(journal, clock);
      found.push(...swept.found);
      troubles.push(...swept.troubles);
      // What does not end today, or what an engine could not be asked, is for the next start.
      const isDone = swept.troubles.length === 0 && swept.found.every(({ survivors }) => survivors.length === 0);
      if (isDone) for (const file of [path, besideOf(path)]) await rm(file, { force: true });
    } catch (error) {
      troubles.push(`${path}: ${String(error)}`);
    }
  });
  // Side by side: an engine that hangs keeps no process waiting for its end.
  await Promise.all(sweepAll);
  return { found, troubles };
}

/** The journals of managers that are dead. @throws Error of the system where there is no folder */
export async function readDeadJournals(folder: string): Promise<DeadJournals> {
  const dead: DeadJournals = { journals: [], troubles: [] };
  for (const name of (await readdir(folder)).filter(isJournal)) {
    const path = join(folder, name);
    try {
      const text = await readOwnFile(path);
      // Its manager is about to write the first line, or was killed before it had anything to tell.
      if (text === '') continue;
      const journal = text === null ? null : readJournal(text);
      if (text === null) dead.troubles.push(`${path} can be written by others: nothing was done about it`);
      else if (journal === null) dead.troubles.push(`${path} is no journal of this version: nothing was done about it`);
      else if (await isOver(journal.manager)) dead.journals.push({ path, journal });
    } catch (error) {
      // Its manager has ended in good order meanwhile, or another one has dealt with it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') dead.troubles.push(`${path}: ${String(error)}`);
    }
  }
  return dead;
}

/** Whether its manager is dead, and what that has left is for us to end. */
async function isOver(manager: ManagerIdentity): Promise<boolean> {
  // Another container's, or that of the machine around ours: from here nobody tells whether it lives.
  const isElsewhere = manager.bootId === (await readBootId()) && (manager.pidSpace ?? null) !== (await readPidSpace());
  if (isElsewhere || (await isSameProcess(manager))) return false;
  // Somebody has started us inside a server that it has left: to end that would end us.
  return !isInside(manager.mark);
}

export interface DeadJournals {
  readonly journals: { readonly path: string; readonly journal: ReadJournal }[];
  /** Why one could not be read, for people. */
  readonly troubles: string[];
}

async function sweepOne({ manager, lives }: ReadJournal, clock: Clock): Promise<LeftoverSweep> {
  const troubles: string[] = [];
  // No process outlives the machine's own end; a container may have been started again.
  const canLive = manager.bootId === (await readBootId());
  const endAll = async (life: KeptLife): Promise<Leftover> => {
    const { server, container } = life;
    const processes = canLive ? await endLife(life, clock) : { pids: [], survivors: [] };
    if (container === undefined) return { server, ...processes, containers: [] };
    try {
      return { server, ...processes, containers: await sweepContainer(container, clock) };
    } catch (error) {
      troubles.push(`${server}: ${(error as Error).message}`);
      return { server, ...processes, containers: [] };
    }
  };
  const each = await Promise.all(lives.map(endAll));
  // What no line tells of: the mark finds it all the same, where there are marks to be found.
  const rest = await endAll({ cookie: manager.mark, server: '', pid: null, startedAt: null, folder: null });
  const folders = new Set(lives.flatMap(({ folder }) => (folder === null || !canLive ? [] : dirname(folder))));
  for (const folder of folders) await sweepCgroups(folder);
  return { found: [...each, rest].filter(({ pids, containers }) => pids.length + containers.length > 0), troubles };
}

async function endLife(
  { cookie, pid, startedAt, folder }: KeptLife,
  clock: Clock,
): Promise<Pick<Leftover, 'pids' | 'survivors'>> {
  const group = await containment.restore({ cookie, pid, startedAt, folder });
  const pids = await group.members();
  if (pids.length === 0) return { pids, survivors: [] };
  const stoppable = { pid: pid ?? 0, group, exited: never, closeStdin: () => {}, dispose: () => disposeOf(group) };
  const hasten = new AbortController().signal;
  const { survivors } = await shutDown(stoppable, { drainMs: 0, graceMs: GRACE_MS, clock, hasten });
  return { pids, survivors };
}

const never = new Promise<never>(() => {});
const disposeOf = (group: ProcessGroup) => group[Symbol.dispose]();
