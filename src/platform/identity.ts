// A pid alone names a process only while it lives: later the number is given to others. Together with the start time it is unique
// within one boot (Linux: /proc, counted from the boot; macOS: the date, unique over boots too).
// Windows tells start times only to native code; without that a pid that was given anew is taken for the old process.

import { readFile, readlink } from 'node:fs/promises';
import { os } from './platform.ts';
import { findProcess, isZombie } from './process-table.ts';
import { nativeWindows } from './windows/kernel32.ts';
import { createdAt } from './windows/process.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** As `ProcessEntry.startedAt`; null where the system does not tell. */
  readonly startedAt: string | null;
  /** Names the boot of the machine; null where start times need none. */
  readonly bootId: string | null;
}

/** Who we are, for others to find out later whether we still live. */
export async function selfIdentity(): Promise<ProcessIdentity> {
  const [startedAt, bootId] = await Promise.all([startOf(process.pid), readBootId()]);
  return { pid: process.pid, startedAt, bootId };
}

/** Whether this very process lives; a zombie does not, and another process under its number is not it. */
export async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  const { pid, startedAt, bootId } = identity;
  // 0 and negative numbers stand for groups of processes, and would always be found.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (bootId !== (await readBootId())) return false;
  // Who wrote it down may have had native calls, and we have none.
  if (startedAt === null || !areStartsTold()) return hasProcess(pid);
  return (await startOf(pid)) === startedAt;
}

const areStartsTold = (): boolean => os !== 'windows' || nativeWindows() !== null;

/** When a living process was started; null where there is none, or where the system does not tell. */
export async function startOf(pid: number): Promise<string | null> {
  if (os === 'windows') {
    const native = nativeWindows();
    return (native && createdAt(native.kernel32, pid)?.toString()) ?? null;
  }
  const entry = await findProcess(pid);
  return entry === null || isZombie(entry) ? null : entry.startedAt;
}

/**
 * Within what numbering a pid counts: on Linux a container has one of its own, under the same boot. Null where there is one for all, and
 * where it is not told.
 */
export async function readPidSpace(): Promise<string | null> {
  if (os !== 'linux') return null;
  try {
    return await readlink('/proc/self/ns/pid');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

/** Null where start times are unique without. */
export async function readBootId(): Promise<string | null> {
  return os === 'linux' ? (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim() : null;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
