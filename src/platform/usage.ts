// What processes use. Linux: /proc. macOS: `ps`, which tells neither open files nor the highest memory. Windows: `windows/process.ts`.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Os, os as thisOs } from './platform.ts';

/** The sum over several processes at one moment. */
export interface Usage {
  /** Resident memory in bytes. A page that two of them share counts for each, so it is at most too high. */
  readonly rssBytes: number;
  /** The highest resident memory that one of them ever had, in bytes; null where the system does not tell. */
  readonly peakRssBytes: number | null;
  /** Processor time since each was started, user and system together. */
  readonly cpuMs: number;
  /** Those of them that live. */
  readonly processes: number;
  /** Open file descriptors, on Windows handles; null where the system does not tell. */
  readonly handles: number | null;
}

/**
 * What these processes use together, on POSIX. Those that have gone meanwhile, and those that may not be read, are left out.
 *
 * @returns null where none of them lives.
 */
export async function usageOf(pids: readonly number[], os: Os = thisOs): Promise<Usage | null> {
  if (pids.length === 0) return null;
  const each = os === 'linux' ? await fromProc(pids) : await fromPs(pids);
  return each.reduce<Usage | null>(addUsage, null);
}

/** Both together; null is nothing yet. */
export function addUsage(a: Usage | null, b: Usage): Usage {
  if (a === null) return b;
  return {
    rssBytes: a.rssBytes + b.rssBytes,
    peakRssBytes: orOther(a.peakRssBytes, b.peakRssBytes, Math.max),
    cpuMs: a.cpuMs + b.cpuMs,
    processes: a.processes + b.processes,
    handles: orOther(a.handles, b.handles, (x, y) => x + y),
  };
}

function orOther(a: number | null, b: number | null, both: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : both(a, b);
}

/** /proc counts time in clock ticks; the kernel fixes them at 100 a second for programs (`getconf CLK_TCK`), whatever its own rate. */
const MS_PER_TICK = 10;

async function fromProc(pids: readonly number[]): Promise<Usage[]> {
  const each = await Promise.all(
    pids.map(async pid => {
      const [status, stat, handles] = await Promise.all([
        orGone(readFile(`/proc/${pid}/status`, 'utf8')),
        orGone(readFile(`/proc/${pid}/stat`, 'utf8')),
        orGone(readdir(`/proc/${pid}/fd`)),
      ]);
      const rssBytes = status === null ? null : parseRss(status);
      const peakRssBytes = status === null ? null : parseRss(status, 'VmHWM');
      const cpuMs = stat === null ? null : parseCpu(stat);
      return rssBytes === null || cpuMs === null
        ? []
        : [{ rssBytes, peakRssBytes, cpuMs, processes: 1, handles: handles?.length ?? null }];
    }),
  );
  return each.flat();
}

/** `VmRSS`, or its highest value `VmHWM`, of proc_pid_status(5), in bytes. Null for a zombie and a kernel thread, which have no memory. */
export function parseRss(status: string, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number | null {
  const kib = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1_024;
}

/** Fields 14 and 15 of proc_pid_stat(5), counted from the last `)`, since the name may hold spaces and brackets. In ms. */
export function parseCpu(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks * MS_PER_TICK : null;
}

async function fromPs(pids: readonly number[]): Promise<Usage[]> {
  const command = promisify(execFile)('ps', ['-o', 'rss=,time=', '-p', pids.join(',')], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  try {
    return parsePs((await command).stdout);
  } catch (error) {
    // `ps` ends with 1 when none of them lives.
    if ((error as { code?: unknown }).code === 1) return [];
    throw error;
  }
}

/** Lines of `ps -o rss=,time=`: KiB, then `[[dd-]hh:]mm:ss[.cc]`. */
export function parsePs(output: string): Usage[] {
  return output.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/.exec(line);
    if (match === null) return [];
    const [, rss, days = 0, hours = 0, minutes, seconds] = match;
    const cpuMs = Math.round(
      (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000,
    );
    return [{ rssBytes: Number(rss) * 1_024, peakRssBytes: null, cpuMs, processes: 1, handles: null }];
  });
}

/** A process may end while we read about it, or belong to somebody else. */
async function orGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}
