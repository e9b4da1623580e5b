// Linux: a server in a cgroup of its own. It is in it before its program begins, and everything that it starts is born in it, whatever
// session, group and environment it takes. To leave takes a deliberate write to the `cgroup.procs` of another cgroup, where the system
// lets this user write: container tools and those who start a scope do that, and root may anywhere. Hence still the session and the
// cookie: who has moved out is found by them.

import type { LimitName, ProcessGroup } from '../process-group.ts';
import { send } from '../signal.ts';
import { addUsage, type Usage, usageOf } from '../usage.ts';
import type { Cgroup } from './cgroup.ts';

export class CgroupGroup implements ProcessGroup {
  readonly kind = 'cgroup';
  readonly level = 'atomic';
  readonly why = null;
  readonly holds: readonly LimitName[];
  readonly #cgroup: Cgroup;
  readonly #session: ProcessGroup;

  /** @param session the same server's session and cookie. It is disposed of with this. */
  constructor(cgroup: Cgroup, session: ProcessGroup) {
    this.#cgroup = cgroup;
    this.#session = session;
    this.holds = cgroup.holds;
  }

  async terminate(): Promise<void> {
    // Nobody is asked twice: to many programs a second signal means to drop everything.
    const asked = new Set(await this.#session.members());
    await this.#session.terminate();
    const others = this.#cgroup.members().filter(pid => !asked.has(pid));
    for (const pid of others) send(pid, 'SIGTERM');
    // A stopped process acts on SIGTERM only once it is continued.
    for (const pid of others) send(pid, 'SIGCONT');
  }

  async kill(): Promise<void> {
    this.#killInside();
    await this.#session.kill();
  }

  /** Who left is looked for when nobody is inside any more: it takes a reading of every process's environment. */
  async members(): Promise<number[]> {
    const inside = this.#cgroup.members();
    return inside.length > 0 ? inside : this.#session.members();
  }

  /** The highest memory is that of one process, as everywhere: the kernel's own for the cgroup counts every file that was ever read. */
  async usage(): Promise<Usage | null> {
    const marked = await this.#session.members();
    const inside = this.#cgroup.members();
    const outside = marked.filter(pid => !inside.includes(pid));
    const [own, others] = await Promise.all([usageOf(inside), usageOf(outside)]);
    const told = own && {
      ...own,
      rssBytes: this.#cgroup.memoryBytes() ?? own.rssBytes,
      cpuMs: this.#cgroup.cpuMs() ?? own.cpuMs,
    };
    return others === null ? told : addUsage(told, others);
  }

  /** The limit that ended a member, where the kernel itself holds it. */
  async overrun(): Promise<'memory' | null> {
    return this.holds.includes('memory') && this.#cgroup.hitMemoryLimit() ? 'memory' : null;
  }

  signalNow(what: 'terminate' | 'kill'): void {
    // The session first: that takes no file descriptor.
    this.#session.signalNow(what);
    if (what === 'kill') this.#killInside();
  }

  [Symbol.dispose](): void {
    this.#cgroup[Symbol.dispose]();
    this.#session[Symbol.dispose]();
  }

  #killInside(): void {
    if (!this.#cgroup.kill()) for (const pid of this.#cgroup.members()) send(pid, 'SIGKILL');
  }
}
