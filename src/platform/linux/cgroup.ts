import type { LimitName } from '../process-group.ts';
import { type CgroupFiles, codeOf, ifThere, removeTree } from './cgroup-files.ts';

export interface CgroupSetup {
  readonly holds: readonly LimitName[];
  /** Why it does not hold every limit that it was made with. */
  readonly why: string | null;
}

/** One cgroup of version 2 that was made for a server. What the server makes inside of it counts as it. */
export class Cgroup implements Disposable {
  /** Whoever writes `0` to `cgroup.procs` in it is in, with everything that it starts from then on. */
  readonly folder: string;
  readonly holds: readonly LimitName[];
  readonly why: string | null;
  readonly #files: CgroupFiles;

  constructor(files: CgroupFiles, folder: string, { holds, why }: CgroupSetup = { holds: [], why: null }) {
    this.#files = files;
    this.folder = folder;
    this.holds = holds;
    this.why = why;
  }

  /** Puts a process into it, alone: what it has started stays where it is. Returns why the system refuses. */
  enter(pid: number): string | null {
    try {
      this.#files.write(`${this.folder}/cgroup.procs`, String(pid));
      return null;
    } catch (error) {
      return `its cgroup could not be entered (${codeOf(error)})`;
    }
  }

  /** Living processes; the kernel leaves zombies out by itself. */
  members(): number[] {
    for (let look = 1; ; look++) {
      const found = this.#membersOf(this.folder);
      // Who moves from one folder to another while we go through them may be seen in neither.
      if (found.length > 0 || look === 3 || !this.isPopulated()) return found;
    }
  }

  /** Whether a process lives in it; false when it has been removed. */
  isPopulated(): boolean {
    return this.#number('cgroup.events', 'populated') === 1;
  }

  /** Ends everything in it at once, faster than it can fork. Says whether the kernel took it. */
  kill(): boolean {
    try {
      this.#files.write(`${this.folder}/cgroup.kill`, '1');
      return true;
    } catch {
      // Whatever the reason, whoever asks must go on by signals; a cgroup that has gone has nobody to send them to.
      return false;
    }
  }

  /** Processor time of all that ever was in it; null where it is not told. */
  cpuMs(): number | null {
    const us = this.#number('cpu.stat', 'usage_usec');
    return us === null ? null : Math.round(us / 1_000);
  }

  /** What counts against a limit of memory, less the file pages that the kernel would give up first; null without that controller. */
  memoryBytes(): number | null {
    const current = this.#read('memory.current');
    const cached = this.#number('memory.stat', 'inactive_file');
    return current === null ? null : Math.max(0, Number(current) - (cached ?? 0));
  }

  /** Whether a process was killed because this very cgroup was at its limit: a machine that has no memory left kills without that. */
  hitMemoryLimit(): boolean {
    const wasFull = this.#number('memory.events.local', 'oom') ?? this.#number('memory.events', 'oom') ?? 0;
    return wasFull > 0 && (this.#number('memory.events', 'oom_kill') ?? 0) > 0;
  }

  /** Removes it where nobody is in it; else it can be tried again. */
  [Symbol.dispose](): void {
    removeTree(this.#files, this.folder);
  }

  #membersOf(folder: string): number[] {
    const text = ifThere(() => this.#files.read(`${folder}/cgroup.procs`)) ?? '';
    const inner = ifThere(() => this.#files.folders(folder)) ?? [];
    // A signal to 0 would go to our own group.
    return [...parsePids(text).filter(pid => pid > 0), ...inner.flatMap(each => this.#membersOf(each))];
  }

  #read(file: string): string | null {
    return ifThere(() => this.#files.read(`${this.folder}/${file}`));
  }

  /** One line of a file of `key value` lines. */
  #number(file: string, key: string): number | null {
    const value = new RegExp(`^${key} (\\d+)$`, 'm').exec(this.#read(file) ?? '')?.[1];
    return value === undefined ? null : Number(value);
  }
}

/** The pids of a `cgroup.procs`. A 0 there is a process outside of our pid namespace. */
export const parsePids = (text: string): number[] => text.split('\n').filter(Boolean).map(Number);
