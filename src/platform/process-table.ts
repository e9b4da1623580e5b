// The process table of a POSIX system: /proc on Linux, `ps` elsewhere.

import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isMarked } from './cookie.ts';
import { os } from './platform.ts';

export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly session: number;
  /** `R`, `S`, `D`, `T` (stopped), `Z` (zombie), … as in proc(5). */
  readonly state: string;
  /** Names the process together with its pid; comparable only within one boot of one machine. */
  readonly startedAt: string;
}

export const isZombie = (entry: ProcessEntry): boolean => entry.state === 'Z' || entry.state === 'X';

let running: Promise<ProcessEntry[]> | null = null;
let waiting: Promise<ProcessEntry[]> | null = null;

/**
 * Every process, as it is at a moment after this call. Callers at the same time share one scan, so that fifty servers that stop
 * together do not read the table fifty times.
 */
export function listProcesses(): Promise<ProcessEntry[]> {
  if (running === null) {
    const scan = readTable().finally(() => {
      if (running === scan) running = null;
    });
    running = scan;
    return scan;
  }
  // The scan under way may have passed the place of interest already; the next one has not.
  waiting ??= running.then(begin, begin);
  return waiting;
}

function begin(): Promise<ProcessEntry[]> {
  waiting = null;
  return listProcesses();
}

/** One process, or null when there is none of that pid. */
export async function findProcess(pid: number): Promise<ProcessEntry | null> {
  if (os === 'linux') return readEntry(pid);
  return (await listProcesses()).find(entry => entry.pid === pid) ?? null;
}

function readTable(): Promise<ProcessEntry[]> {
  return os === 'linux' ? readProc() : readPs();
}

async function readProc(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readEntry));
  return entries.filter(entry => entry !== null);
}

async function readEntry(pid: number): Promise<ProcessEntry | null> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** proc_pid_stat(5): the second field may hold spaces and `)`, so the rest is counted from the last `)`. Field 22 is the start time. */
export function parseStat(text: string): ProcessEntry | null {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state, ppid, pgid, session] = fields;
  const startedAt = fields[19];
  if (end < 0 || state === undefined || startedAt === undefined) return null;
  return {
    pid: Number.parseInt(text, 10),
    ppid: Number(ppid),
    pgid: Number(pgid),
    session: Number(session),
    state,
    startedAt,
  };
}

async function readPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,pgid=,sess=,stat=,lstart='], {
    // `lstart` is a local time: another process, with another TZ, must read the same.
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S)\S*\s+(.+)$/.exec(line);
    if (match === null) return [];
    const [, pid, ppid, pgid, session, state = '', startedAt = ''] = match;
    return [{ pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), session: Number(session), state, startedAt }];
  });
}

/** One reading for each process of a scan: every group asks about all of them. */
const environments = new WeakMap<ProcessEntry, Promise<string | null>>();

/**
 * Whether the process was started, itself or through an ancestor, with this cookie, or one that begins with it and a full stop.
 * Linux only; false where it may not be read.
 */
export async function hasCookie(entry: ProcessEntry, cookie: string): Promise<boolean> {
  const reading = environments.get(entry) ?? readIfThere(`/proc/${entry.pid}/environ`);
  environments.set(entry, reading);
  // Most do not even have the text anywhere.
  const environment = await reading;
  return environment?.includes(cookie) === true && isMarked(environment, cookie);
}

/** Whether the process is ours to end. */
export async function isOwn(pid: number): Promise<boolean> {
  try {
    return (await stat(`/proc/${pid}`)).uid === process.getuid?.();
  } catch (error) {
    return ignoreGone(error) ?? false;
  }
}

/** All at once would take as many file descriptors as there are processes, and those have a limit. */
const MAX_OPEN = 32;
let open = 0;
const inLine: (() => void)[] = [];

async function readIfThere(path: string): Promise<string | null> {
  if (open < MAX_OPEN) open++;
  else await new Promise<void>(resolve => inLine.push(resolve));
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return ignoreGone(error);
  } finally {
    // Whoever waits takes the place over.
    const next = inLine.shift();
    if (next === undefined) open--;
    else next();
  }
}

/** A process may end, or belong to somebody else, while we read about it. */
function ignoreGone(error: unknown): null {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
  throw error;
}
