// What the next manager needs to know should this one be killed: one JSON object a line, in a file of this manager's own.
//
// A line is one write, so that a kill leaves whole lines and at most one torn one at the end, which is not read; after one that failed,
// as on a full disk, nothing more is written. Nothing is flushed to the disk by force: what is written outlives us in the system's memory, and what a power cut loses tells of processes that the power
// cut has ended, too.

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProcessIdentity } from '../platform/identity.ts';
import type { KeptContainer } from './container/kept-container.ts';

/** `mark` is what the cookies of all its servers have in common. */
export interface ManagerIdentity extends ProcessIdentity {
  readonly mark: string;
  /** Within what numbering its pids count; null where there is one for all. */
  readonly pidSpace: string | null;
}

export type JournalEntry =
  /** The first line: whose journal it is. */
  | ({ readonly type: 'manager' } & ManagerIdentity)
  /** Before the spawn. */
  | {
      readonly type: 'expected';
      readonly cookie: string;
      readonly server: string;
      readonly container?: KeptContainer | undefined;
    }
  /** Before the program begins. */
  | {
      readonly type: 'born';
      readonly cookie: string;
      readonly pid: number;
      readonly startedAt: string | null;
      readonly folder: string | null;
    }
  /** Nothing of it is left. */
  | { readonly type: 'gone'; readonly cookie: string };

/** One life that was not known to be over. */
export interface KeptLife {
  readonly cookie: string;
  readonly server: string;
  /** Null where nothing was recorded after the intent. */
  readonly pid: number | null;
  readonly startedAt: string | null;
  /** Of an engine, which outlives its program here, and the machine's end where the engine starts it again. */
  readonly container?: KeptContainer | undefined;
  /** Of its cgroup; null where it had none. */
  readonly folder: string | null;
}

export interface ReadJournal {
  readonly manager: ManagerIdentity;
  readonly lives: readonly KeptLife[];
}

/** Null for a text that is no journal: nothing may be ended by what it says. */
export function readJournal(text: string): ReadJournal | null {
  let manager: ReadJournal['manager'] | null = null;
  const lives = new Map<string, KeptLife>();
  // What stands after the last newline was cut off.
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = entryOf(line);
    if (entry === null) return null;
    switch (entry.type) {
      case 'manager':
        manager = entry;
        break;
      case 'expected': {
        const { type: _, ...life } = entry;
        lives.set(entry.cookie, { ...life, pid: null, startedAt: null, folder: null });
        break;
      }
      case 'born': {
        const { cookie, pid, startedAt, folder = null } = entry;
        lives.set(cookie, { ...(lives.get(cookie) ?? { server: '' }), cookie, pid, startedAt, folder });
        break;
      }
      case 'gone':
        lives.delete(entry.cookie);
    }
  }
  return manager && { manager, lives: [...lives.values()] };
}

function entryOf(line: string): JournalEntry | null {
  try {
    const value = JSON.parse(line) as JournalEntry | null;
    return value !== null && isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

/** What processes are ended by has to be of the kind that it should be; the rest is for people. */
function isEntry(entry: JournalEntry): boolean {
  switch (entry.type) {
    case 'manager':
      return isName(entry.mark);
    case 'born':
      // A signal to 1, 0 or a negative number would go to others, or to all.
      return isName(entry.cookie) && Number.isSafeInteger(entry.pid) && entry.pid > 1;
    case 'expected':
    case 'gone':
      return isName(entry.cookie);
    default:
      // Of another version.
      return false;
  }
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** After so many lines the file is written anew, with what is still true. */
const SLACK = 2_000;
export const JOURNAL_SUFFIX = '.journal';

/** Where it is written anew; left there by who is killed meanwhile. */
export const besideOf = (path: string): string => `${path}.new`;

export const journalFolder = (stateDir: string): string => join(stateDir, 'journal');

/** The journal of this manager, in `folder` (0700; the file is 0600). */
export class Journal {
  readonly path: string;
  readonly #first: JournalEntry;
  #fd: number | null;
  /** Since it was written anew. */
  #lines = 0;

  /** @throws Error of the system */
  constructor(folder: string, self: ManagerIdentity) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, `${self.mark}${JOURNAL_SUFFIX}`);
    this.#first = { type: 'manager', ...self };
    this.#fd = openSync(this.path, 'ax', 0o600);
    this.#write(this.#fd, [this.#first]);
  }

  /** @throws Error of the system */
  append(entry: JournalEntry, lives: Iterable<KeptLife>): void {
    if (this.#fd === null) return;
    this.#write(this.#fd, [entry]);
    this.#lines++;
    // Whoever has cleared the state folder meanwhile has taken it from the next start, which is to read it.
    if (this.#lines >= SLACK || !existsSync(this.path)) this.#compact([...lives]);
  }

  /** Nothing is left to tell. */
  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  /** A second time does nothing: the number may be somebody else's by then. */
  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #compact(lives: readonly KeptLife[]): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const beside = besideOf(this.path);
    const fd = openSync(beside, 'w', 0o600);
    this.#write(fd, [this.#first, ...lives.flatMap(entriesOf)]);
    closeSync(fd);
    // Windows replaces no file that is open. There is one of the two at every moment.
    this.close();
    renameSync(beside, this.path);
    this.#fd = openSync(this.path, 'a', 0o600);
    this.#lines = 0;
  }

  #write(fd: number, entries: readonly JournalEntry[]): void {
    // Not `writeSync`: that writes a part where the disk is nearly full, and does not say so.
    writeFileSync(fd, entries.map(entry => `${JSON.stringify(entry)}\n`).join(''));
  }
}

function entriesOf({ pid, startedAt, folder, ...life }: KeptLife): JournalEntry[] {
  const { cookie } = life;
  const expected = { type: 'expected', ...life } as const;
  return pid === null ? [expected] : [expected, { type: 'born', cookie, pid, startedAt, folder }];
}
