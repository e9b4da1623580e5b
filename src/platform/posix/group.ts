// Linux and macOS: a server leads a session and process group of its own.
// On Linux the cookie in the environment also finds members that left the group (`setsid`, a double fork).
// On macOS such a member is found only while its parents can be followed; a signed system program hides its environment there.

import { os } from '../platform.ts';
import type { ProcessGroup } from '../process-group.ts';
import { hasCookie, isOwn, isZombie, listProcesses, type ProcessEntry } from '../process-table.ts';
import { send } from '../signal.ts';
import { type Usage, usageOf } from '../usage.ts';

export class PosixGroup implements ProcessGroup {
  readonly kind = 'group';
  readonly level = os === 'linux' ? 'swept' : 'partial';
  readonly why: string | null;
  readonly holds = [];
  readonly #leader: number;
  readonly #cookie: string;
  /** Descendants seen so far, by (pid, start time): where there is no cookie to read, a parent that dies takes the trail with it. */
  readonly #seen = new Map<number, string>();
  /** Once the group has been seen empty its number may be given to others; from then on only the cookie counts. */
  #isEmpty = false;

  /** `why` it is not held more strongly; `isKnown`: the number is still that of this group. */
  constructor(
    leader: number,
    cookie: string,
    { why = null, isKnown = true }: { why?: string | null; isKnown?: boolean } = {},
  ) {
    this.why = why;
    this.#leader = leader;
    this.#cookie = cookie;
    // 0 and 1 stand for our own group, and for everybody.
    this.#isEmpty = !isKnown || leader <= 1;
  }

  async terminate(): Promise<void> {
    const members = await this.#find();
    this.#signal(members, 'SIGTERM');
    // A stopped process acts on SIGTERM only once it is continued.
    this.#signal(members, 'SIGCONT');
  }

  async kill(): Promise<void> {
    this.#signal(await this.#find(), 'SIGKILL');
  }

  async members(): Promise<number[]> {
    const found = await this.#find();
    // A parent may end between the reading of the list and of its entry, and its child stand before it in the list: nobody is
    // gone until two looks agree.
    const members = found.length > 0 ? found : await this.#find();
    this.#isEmpty ||= !members.some(entry => entry.pgid === this.#leader || entry.session === this.#leader);
    return members.map(entry => entry.pid);
  }

  async usage(): Promise<Usage | null> {
    return usageOf(await this.members());
  }

  async overrun(): Promise<null> {
    return null;
  }

  signalNow(what: 'terminate' | 'kill'): void {
    if (this.#isEmpty) return;
    send(-this.#leader, what === 'kill' ? 'SIGKILL' : 'SIGTERM');
    if (what === 'terminate') send(-this.#leader, 'SIGCONT');
  }

  /** A group is a number, and nothing is lent for it. */
  [Symbol.dispose](): void {}

  /** The group as a whole first: a signal to it cannot be outrun by a fork. Then those outside it, one by one. */
  #signal(members: readonly ProcessEntry[], signal: NodeJS.Signals): void {
    const isInGroup = (entry: ProcessEntry) => !this.#isEmpty && entry.pgid === this.#leader;
    if (members.some(isInGroup)) send(-this.#leader, signal);
    for (const entry of members) if (!isInGroup(entry)) send(entry.pid, signal);
  }

  async #find(): Promise<ProcessEntry[]> {
    const all = (await listProcesses()).filter(entry => entry.pid !== process.pid && !isZombie(entry));
    const inGroup = (entry: ProcessEntry) =>
      !this.#isEmpty && (entry.pgid === this.#leader || entry.session === this.#leader);
    const marks = os === 'linux' ? await this.#marked(all.filter(entry => !inGroup(entry))) : this.#descendants(all);
    const members = all.filter(entry => inGroup(entry) || marks.has(entry.pid));
    return members;
  }

  async #marked(entries: readonly ProcessEntry[]): Promise<Set<number>> {
    const found = await Promise.all(
      entries.map(async entry =>
        (await hasCookie(entry, this.#cookie)) && (await isOwn(entry.pid)) ? [entry.pid] : [],
      ),
    );
    return new Set(found.flat());
  }

  #descendants(all: readonly ProcessEntry[]): Set<number> {
    const found = new Set(this.#isEmpty ? [] : [this.#leader]);
    for (const entry of all) if (this.#seen.get(entry.pid) === entry.startedAt) found.add(entry.pid);
    for (let before = 0; before !== found.size; ) {
      before = found.size;
      for (const entry of all) if (found.has(entry.ppid)) found.add(entry.pid);
    }
    for (const entry of all) if (found.has(entry.pid)) this.#seen.set(entry.pid, entry.startedAt);
    return found;
  }
}
