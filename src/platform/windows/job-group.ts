// A server in a job object of its own. `atomic`: it was born there; `swept`: it was put there right after its start, with the
// descendants that it had made by then. A process that asks to leave its job may leave this one (browsers and updaters would fail
// otherwise); it then still ends with a manager that holds itself (`contain-self.ts`).

import type { ContainerLevel, LimitName, ProcessGroup } from '../process-group.ts';
import type { Usage } from '../usage.ts';
import { askByConsole } from './console-stop.ts';
import type { Job } from './job.ts';
import type { Kernel32 } from './kernel32.ts';
import { usageOfProcesses } from './process.ts';

/** What the leader's exit code then says: the number of a POSIX shell for SIGKILL. */
const KILLED = 137;

/** Whose processes outlived the kill; looked at again whenever a group is given back. */
const kept = new Set<JobGroup>();

export class JobGroup implements ProcessGroup {
  readonly kind = 'job';
  readonly level: ContainerLevel;
  readonly why: string | null;
  readonly holds: readonly LimitName[];
  readonly #kernel32: Kernel32;
  readonly #job: Job;
  /** Asks the console that a process has to tell all its programs of Ctrl-C. */
  readonly #ask: (pid: number) => Promise<void>;

  constructor(
    kernel32: Kernel32,
    job: Job,
    { level, why }: { readonly level: ContainerLevel; readonly why: string | null },
    ask = askByConsole,
  ) {
    this.#kernel32 = kernel32;
    this.#job = job;
    this.level = level;
    this.why = why;
    this.holds = job.holds;
    this.#ask = ask;
  }

  async terminate(): Promise<void> {
    // All of a server's console programs share the console of the first; whoever lives can show the way to it.
    const [member] = await this.members();
    if (member !== undefined) await this.#ask(member);
  }

  async kill(): Promise<void> {
    this.signalNow('kill');
  }

  async members(): Promise<number[]> {
    return this.#job.isOpen ? this.#job.members() : [];
  }

  async usage(): Promise<Usage | null> {
    if (!this.#job.isOpen) return null;
    const usage = usageOfProcesses(this.#kernel32, this.#job.members());
    // The job has also counted those that have ended.
    return usage === null ? null : { ...usage, cpuMs: Math.max(usage.cpuMs, this.#job.accounting().cpuMs) };
  }

  /**
   * Windows refuses what would go over the limit and keeps no record of it that outlives the process. That the job had been close
   * to it is what there is to tell. Too many processes end none but the newest.
   */
  async overrun(): Promise<LimitName | null> {
    return this.#job.isOpen && this.#job.wasShortOfMemory() ? 'memory' : null;
  }

  signalNow(what: 'terminate' | 'kill'): void {
    if (what === 'kill' && this.#job.isOpen) this.#job.terminate(KILLED);
  }

  /** A job with survivors is kept: closing it would be one more kill, and nobody could name them any longer. */
  [Symbol.dispose](): void {
    kept.add(this);
    for (const group of kept) if (group.#closeIfEmpty()) kept.delete(group);
  }

  #closeIfEmpty(): boolean {
    if (this.#job.isOpen && this.#job.accounting().activeProcesses === 0) this.#job[Symbol.dispose]();
    return !this.#job.isOpen;
  }
}
