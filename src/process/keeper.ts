import { randomUUID } from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Cgroups, openCgroups } from '../platform/containment.ts';
import { type Guardian, startGuardian } from '../platform/guardian.ts';
import { readPidSpace, selfIdentity, startOf } from '../platform/identity.ts';
import type { Clock } from './clock.ts';
import { dropCid, type KeptContainer, keepContainer } from './container/kept-container.ts';
import { Journal, type JournalEntry, journalFolder, type KeptLife } from './journal.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { type Leftover, sweepLeftovers } from './leftovers.ts';
import { firstOf } from './wait.ts';

export interface KeeperOptions {
  /** Where the journal is kept; null keeps none. */
  readonly stateDir: string | null;
  readonly clock: Clock;
  /** For people. */
  readonly notice: (text: string) => void;
  /** What earlier managers had left, if anything. */
  readonly onSwept: (found: readonly Leftover[]) => void;
}

/** How it is made sure that nothing outlives us, for people and for `status`. */
export interface ContainmentStatus {
  readonly guardian: {
    /** Null where none runs. */
    readonly pid: number | null;
    /** Why none runs; null while nothing has been started, and where one does. */
    readonly why: string | null;
  };
  readonly journal: {
    /** Null where none is kept. */
    readonly path: string | null;
    /** Why none is kept, or what it lacks. */
    readonly why: string | null;
  };
  /** The look for what earlier managers had left; null before the first start, and without a journal. */
  readonly lastSweep: { readonly at: number; readonly found: readonly Leftover[] } | null;
}

/** What one life's start tells. */
export interface Birth {
  /** Marks its processes. */
  readonly cookie: string;
  /** Of a plan that starts one: how it is marked, and found. */
  readonly container: KeptContainer | null;
  /** Linux: where its cgroup is made. */
  readonly cgroups: Cgroups | null;
  /** Resolves once what would have to be ended is known outside of us. */
  born(pid: number, folder: string | null): Promise<void>;
  /** Nothing of it is left, or it never came to be. */
  gone(): void;
}

const UNBORN = { pid: null, startedAt: null, folder: null };
/** A guardian that is ended so often within a minute is not started again. */
const MAX_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;
/** One that could not be started, or was given up, is tried again with the start of a server after so long. */
const TRY_AGAIN_MS = 60_000;
const END_MS = 1_000;
/** A guardian hears of a server within a moment. One that does not, somebody has stopped: no start waits for that. */
const TOLD_MS = 1_000;
/** What does not end, or an engine that does not answer, is looked for on the side from then on: a start has a deadline. */
const SWEEP_MS = 2_500;

/** Sees to it that what was started is ended when we are not there to do it: by the guardian at once, by the journal at the next start. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #mark = randomUUID();
  readonly #cgroups = openCgroups(this.#mark);
  readonly #lives = new Map<string, KeptLife>();
  #births = 0;
  #beginning: Promise<void> | null = null;
  #guarding: Promise<Guardian | null> | null = null;
  #guardian: ContainmentStatus['guardian'] = { pid: null, why: null };
  #deaths: number[] = [];
  #guardAgainAt = Infinity;
  #journal: Journal | null = null;
  #journalWhy: string | null = null;
  #lastSweep: ContainmentStatus['lastSweep'] = null;
  #isClosed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    if (options.stateDir === null) this.#journalWhy = 'there is no state folder';
  }

  get status(): ContainmentStatus {
    return {
      guardian: this.#guardian,
      journal: { path: this.#journal?.path ?? null, why: this.#journalWhy },
      lastSweep: this.#lastSweep,
    };
  }

  /** Before a spawn. The first one waits until what earlier managers had left is gone, as far as that goes at once. */
  async expect(server: string, plan?: LaunchPlan): Promise<Birth> {
    if (!this.#isClosed) {
      this.#beginning ??= this.#begin();
      await this.#beginning;
    }
    // Nobody watches any more, and nobody would end it.
    if (this.#isClosed) throw new HoldfastError('CONNECTION_CLOSED', { server });
    if (this.#options.clock.now() >= this.#guardAgainAt) this.#guarding = this.#guard();
    // Of fixed length: none may stand in another.
    const cookie = `${this.#mark}.${(++this.#births).toString(16).padStart(8, '0')}`;
    const container = plan === undefined ? null : this.#contain(plan, cookie);
    const life = { cookie, server, ...(container === null ? {} : { container }) };
    this.#record({ type: 'expected', ...life }, { ...life, ...UNBORN });
    const born: Birth['born'] = (pid, folder) => this.#born(cookie, pid, folder);
    return { cookie, container, cgroups: this.#cgroups, born, gone: () => this.#gone(cookie) };
  }

  /** When every life is over. What is known not to be is left to the guardian, and to the next start. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const guardian = await this.#guarding;
    guardian?.end(this.#lives.size === 0);
    try {
      if (this.#lives.size === 0) this.#journal?.remove();
      else this.#journal?.close();
    } catch (error) {
      this.#options.notice(`the journal could not be removed: ${String(error)}`);
    }
    this.#cgroups?.[Symbol.dispose]();
    if (guardian == null || this.#lives.size > 0) return;
    await firstOf(this.#options.clock, END_MS, guardian.ended);
    guardian.kill();
  }

  async #begin(): Promise<void> {
    this.#guarding = this.#guard();
    const { stateDir, clock } = this.#options;
    if (stateDir === null) return;
    const folder = journalFolder(stateDir);
    try {
      // First our own: what is swept below is not to be ours.
      this.#journal = new Journal(folder, {
        mark: this.#mark,
        ...(await selfIdentity()),
        pidSpace: await readPidSpace(),
      });
    } catch (error) {
      return this.#withoutJournal(error);
    }
    await firstOf(clock, SWEEP_MS, this.#sweep(folder));
  }

  async #sweep(folder: string): Promise<void> {
    const { clock, notice, onSwept } = this.#options;
    try {
      const { found, troubles } = await sweepLeftovers(folder, clock);
      for (const trouble of troubles) notice(`leftovers of an earlier run: ${trouble}`);
      this.#lastSweep = { at: clock.wall(), found };
      if (found.length > 0) onSwept(found);
    } catch (error) {
      notice(`leftovers of an earlier run could not be looked for: ${String(error)}`);
    }
  }

  /** Where its id cannot be written down, its label has to do. */
  #contain(plan: LaunchPlan, life: string): KeptContainer | null {
    const names = { mark: this.#mark, life };
    try {
      return keepContainer(plan, names, this.#options.stateDir);
    } catch (error) {
      this.#options.notice(`no file for the id of a container: ${String(error)}`);
      return keepContainer(plan, names, null);
    }
  }

  async #born(cookie: string, pid: number, folder: string | null): Promise<void> {
    const startedAt = await startOf(pid);
    const expected = this.#lives.get(cookie);
    if (expected === undefined) return;
    this.#record({ type: 'born', cookie, pid, startedAt, folder }, { ...expected, pid, startedAt, folder });
    if (startedAt === null) return;
    const told = this.#guarding?.then(guardian =>
      guardian?.add({ pid, startedAt, folder, container: expected.container }),
    );
    if (told !== undefined) await firstOf(this.#options.clock, TOLD_MS, told);
  }

  #gone(cookie: string): void {
    const life = this.#lives.get(cookie);
    this.#lives.delete(cookie);
    if (life?.container !== undefined) dropCid(life.container);
    this.#append({ type: 'gone', cookie });
    const pid = life?.pid ?? null;
    if (pid !== null) void this.#guarding?.then(guardian => guardian?.remove(pid));
  }

  #record(entry: JournalEntry, life: KeptLife): void {
    this.#lives.set(life.cookie, life);
    this.#append(entry);
  }

  #append(entry: JournalEntry): void {
    if (this.#isClosed) return;
    try {
      this.#journal?.append(entry, this.#lives.values());
    } catch (error) {
      this.#withoutJournal(error);
    }
  }

  /** Servers are started all the same: the guardian is what mostly counts. */
  #withoutJournal(error: unknown): void {
    this.#journalWhy = `it cannot be written (${String(error)})`;
    this.#options.notice(
      `no journal is kept: ${String(error)}. Should this manager be killed, the next start cannot look for what it leaves`,
    );
    this.#journal?.close();
    this.#journal = null;
  }

  async #guard(): Promise<Guardian | null> {
    this.#guardAgainAt = Infinity;
    const guard = await startGuardian(this.#mark);
    const { guardian, why } = guard;
    this.#guardian = { pid: guardian?.pid ?? null, why };
    if (guardian === null) {
      if (guard.isNeeded) this.#unguarded(guard.why);
      return null;
    }
    for (const { pid, startedAt, folder, container } of this.#lives.values()) {
      if (pid !== null && startedAt !== null) void guardian.add({ pid, startedAt, folder, container });
    }
    void guardian.ended.then(() => this.#onGuardianEnded(guardian.pid));
    return guardian;
  }

  #onGuardianEnded(pid: number): void {
    if (this.#isClosed) return;
    const { clock, notice } = this.#options;
    const now = clock.now();
    this.#deaths = [...this.#deaths.filter(at => now - at < DEATHS_WITHIN_MS), now];
    if (this.#deaths.length > MAX_DEATHS) {
      this.#guarding = null;
      return this.#unguarded(`it was ended ${this.#deaths.length} times within a minute`);
    }
    this.#guarding = this.#guard();
    void this.#guarding.then(next =>
      notice(
        `the guardian (pid ${pid}) was ended; ${next === null ? 'there is none now' : `pid ${next.pid} has taken its place`}`,
      ),
    );
  }

  #unguarded(why: string): void {
    const { clock, notice } = this.#options;
    this.#guardian = { pid: null, why };
    this.#guardAgainAt = clock.now() + TRY_AGAIN_MS;
    notice(`no guardian: ${why}. Should this manager be killed, its servers may stay`);
  }
}
