import { randomUUID } from 'node:crypto';
import { link as linkFile, mkdir, rm } from 'node:fs/promises';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { isSameProcess, type ProcessIdentity, selfIdentity } from '../platform/identity.ts';
import {
  createLock,
  type LockRecord,
  lockPath,
  newestGeneration,
  readLock,
  readNewest,
  removeOlder,
  replaceLock,
} from './lock-files.ts';

// The lock is the file `lock.N` with the highest N. It is held while the process that it names lives and has not marked it as
// released; from then on by the heir that it names, if any, while that lives: nobody comes between the two. Who finds it free makes `lock.(N+1)`, which only one can. Nobody ever removes the highest number, or a slow contender
// could make a number anew beside its successor; and who finds a higher number than the one just made was too slow, and withdraws.

/** The manager that works with a state folder. */
export interface Holder extends ProcessIdentity {
  /** Since when; ISO 8601. */
  readonly at: string;
  /** Of its HTTP endpoint; null as long as it has none. */
  readonly url: string | null;
  /** Path of its control socket or pipe; null as long as it has none. */
  readonly control: string | null;
  /** It runs inside a client's `connect`, and ends with that client. */
  readonly isGuest: boolean;
  /** Path of its configuration; null where it is not known. */
  readonly config: string | null;
}

/** The right to be the manager of a state folder. */
export interface Lock {
  readonly stateDir: string;
  /** Adds to what others can read of us. @throws Error when the lock file has been taken away by hand. */
  publish(info: { readonly url?: string | null; readonly control?: string | null }): Promise<void>;
  /**
   * Leaves the folder to this process alone: once we let go of it, or die, and as long as the heir lives.
   *
   * @throws HoldfastError PROCESS_MANAGER_RUNNING, with its `pid`, where a living process has been promised it before
   */
  bequeath(heir: ProcessIdentity): Promise<void>;
  /** Lets the next manager in, which is the heir where there is one. A second call does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the state folder for this process; makes the folder (0700) where there is none. What a dead manager has left is taken over,
 * also when its pid is another's by now, and so is a lock file that cannot be read: nothing that lives leaves one.
 *
 * @throws HoldfastError PROCESS_MANAGER_RUNNING, with `pid` and `stateDir`, while another one lives.
 */
export async function acquireLock(
  stateDir: string,
  {
    link = linkFile,
    isGuest = false,
    config = null,
  }: { readonly link?: typeof linkFile; readonly isGuest?: boolean; readonly config?: string | null } = {},
): Promise<Lock> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const content: LockRecord = {
    id: randomUUID(),
    ...(await selfIdentity()),
    at: new Date().toISOString(),
    url: null,
    control: null,
    isGuest,
    config,
    isReleased: false,
    heir: null,
  };
  for (;;) {
    const newest = await readNewest(stateDir);
    const owner = newest?.record == null ? null : await ownerOf(newest.record);
    if (owner !== null && !(owner.isHeir && isEqual(owner, content))) throw alreadyRunning(owner.pid, stateDir);
    const generation = (newest?.generation ?? 0) + 1;
    if (!(await createLock(stateDir, generation, content, link))) continue;
    if ((await newestGeneration(stateDir)) > generation) {
      await rm(lockPath(stateDir, generation), { force: true });
      continue;
    }
    await removeOlder(stateDir, generation);
    return new FileLock(stateDir, generation, content);
  }
}

/** The manager of a state folder, for those who want to talk to it; null where none lives. */
export async function readHolder(stateDir: string): Promise<Holder | null> {
  const newest = await readNewest(stateDir);
  if (newest?.record == null) return null;
  const owner = await ownerOf(newest.record);
  if (owner === null) return null;
  const { isHeir, pid, startedAt, bootId } = owner;
  const { at, url, control, isGuest, config } = newest.record;
  // An heir is on its way, and says where it is once it has taken the folder.
  const facts = isHeir ? { url: null, control: null, isGuest: false, config: null } : { url, control, isGuest, config };
  return { pid, startedAt, bootId, at, ...facts };
}

/** Whose the folder is: the process's that has taken it, until that lets go or dies; then its heir's, while it lives. */
async function ownerOf(record: LockRecord): Promise<(ProcessIdentity & { readonly isHeir: boolean }) | null> {
  const { pid, startedAt, bootId, isReleased, heir } = record;
  if (!isReleased && (await isSameProcess(record))) return { pid, startedAt, bootId, isHeir: false };
  return heir !== null && (await isSameProcess(heir)) ? { ...heir, isHeir: true } : null;
}

const isEqual = (one: ProcessIdentity, other: ProcessIdentity): boolean =>
  one.pid === other.pid && one.startedAt === other.startedAt && one.bootId === other.bootId;

const alreadyRunning = (pid: number, stateDir: string): HoldfastError =>
  new HoldfastError('PROCESS_MANAGER_RUNNING', { details: { pid, stateDir } });

class FileLock implements Lock {
  readonly stateDir: string;
  readonly #generation: number;
  #content: LockRecord;
  /** One write after the other, or the older content could come out on top. */
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDir: string, generation: number, content: LockRecord) {
    this.stateDir = stateDir;
    this.#generation = generation;
    this.#content = content;
  }

  publish(info: { readonly url?: string | null; readonly control?: string | null }): Promise<void> {
    return this.#next(() => this.#write(info));
  }

  bequeath(heir: ProcessIdentity): Promise<void> {
    return this.#next(async () => {
      const { heir: promised } = this.#content;
      if (promised !== null && !isEqual(promised, heir) && (await isSameProcess(promised))) {
        throw alreadyRunning(promised.pid, this.stateDir);
      }
      await this.#write({ heir });
    });
  }

  release(): Promise<void> {
    return this.#next(async () => {
      // Where somebody has emptied the folder by hand, another manager may hold the same number by now.
      if (this.#content.isReleased || !(await this.#isOurs())) return;
      this.#content = { ...this.#content, url: null, control: null, isReleased: true };
      await replaceLock(this.stateDir, this.#generation, this.#content);
    });
  }

  async #write(info: Partial<LockRecord>): Promise<void> {
    if (!(await this.#isOurs()))
      throw new Error(`the lock file ${lockPath(this.stateDir, this.#generation)} is not ours any more`);
    this.#content = { ...this.#content, ...info };
    await replaceLock(this.stateDir, this.#generation, this.#content);
  }

  #next(write: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(write);
    // Who asked for a write hears of its failure; the next one is tried all the same.
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async #isOurs(): Promise<boolean> {
    const found = await readLock(this.stateDir, this.#generation);
    return found !== 'gone' && found?.id === this.#content.id;
  }
}
