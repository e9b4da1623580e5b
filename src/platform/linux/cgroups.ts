import { readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupLimits } from '../process-group.ts';
import { Cgroup } from './cgroup.ts';
import { cgroupFiles, codeOf, removeTree } from './cgroup-files.ts';
import { enterCgroup } from './enter-cgroup.ts';
import { findCgroup, OWN_SCOPE, type OwnCgroup } from './find-cgroup.ts';
import { type Division, divide, type HomeTools, homeTools, LEAF } from './home.ts';
import { setLimits } from './limits.ts';
import { type ProbeTools, probeCgroup } from './probe-cgroup.ts';

/** What the last part of the path of every cgroup of ours begins with, by which the sweep knows them. */
export const PREFIX = 'holdfast-';

export interface CgroupTools extends ProbeTools, HomeTools {
  find(): OwnCgroup;
}

const realTools: CgroupTools = {
  ...homeTools,
  files: cgroupFiles,
  find: () => findCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8')),
  enter: enterCgroup,
  wait: ms => sleep(ms),
};

/** One manager's cgroups: a folder of its own below the cgroup that it runs in, and in it one for each start of a server. */
export class Cgroups implements Disposable {
  readonly #id: string;
  readonly #tools: CgroupTools;
  #opening: Promise<string | null> | null = null;
  #dividing: Promise<Division> | null = null;
  #division: Division | null = null;
  #folder: string | null = null;
  #why: string | null = null;
  #isDisposed = false;

  /** @param id names the manager, unlike any other that ever was. */
  constructor(id: string, tools: CgroupTools = realTools) {
    this.#id = id;
    this.#tools = tools;
  }

  /** The folder that all of them are in, once there is one: who kills that has killed them all. */
  get folder(): string | null {
    return this.#folder;
  }

  /** Why the last `make` gave none; null where it gave one. */
  get why(): string | null {
    return this.#why;
  }

  /** Makes one for a start of a server; null where this system gives none. Never rejects. The first call finds out, with a process. */
  async make(name: string, limits: GroupLimits = {}): Promise<Cgroup | null> {
    const { files } = this.#tools;
    try {
      this.#opening ??= this.#open();
      const parent = await this.#opening;
      if (parent === null || this.#isDisposed) return null;
      const isLimited = [limits.memoryMb, limits.processes, limits.cpuPercent].some(limit => limit !== undefined);
      const division = isLimited ? await this.#divide(parent) : { give: [], why: null };
      if (this.#isDisposed) return null;
      const folder = `${parent}/${PREFIX}${asName(name)}`;
      files.makeFolder(folder);
      this.#why = null;
      return new Cgroup(files, folder, setLimits(files, folder, limits, division));
    } catch (error) {
      this.#why = `a cgroup cannot be made (${codeOf(error)})`;
      return null;
    }
  }

  /** Removes what is empty of them; who has not quite gone yet is left to the sweep at the next start. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    if (this.#folder === null || !removeTree(this.#tools.files, this.#folder)) return;
    this.#folder = null;
    this.#division?.undo();
  }

  async #open(): Promise<string | null> {
    const { find, files } = this.#tools;
    const own = find();
    if ('why' in own) return this.#refuse(own.why);
    const folder = `${homeOf(own.folder)}/${PREFIX}${asName(this.#id)}`;
    const why = await probeCgroup(folder, this.#tools);
    if (why !== null) return this.#refuse(/\((EACCES|EPERM)\)$/.test(why) ? `${why}; ${OWN_SCOPE}` : why);
    if (this.#isDisposed) return null;
    files.makeFolder(folder);
    this.#folder = folder;
    return folder;
  }

  #divide(parent: string): Promise<Division> {
    this.#dividing ??= divide(dirname(parent), parent, this.#tools).then(division => {
      this.#division = division;
      if (this.#isDisposed) division.undo();
      return division;
    });
    return this.#dividing;
  }

  #refuse(why: string): null {
    this.#why = why;
    return null;
  }
}

/** A manager that has moved into its leaf before, in this process, goes on beside it. */
const homeOf = (own: string): string => (own.endsWith(`/${LEAF}`) ? dirname(own) : own);

const asName = (text: string): string => text.replace(/[^\w.-]/g, '_');
