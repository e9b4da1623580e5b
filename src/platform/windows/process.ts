// Other processes, each opened for one purpose with the right for that and no more, and closed at once.

import { addUsage, type Usage } from '../usage.ts';
import type { RawHandle } from '../win32.ts';
import { Handle, whileOpen } from './handle.ts';
import { type Kernel32, must } from './kernel32.ts';
import { Win32Error } from './win32-error.ts';

/** The access masks of `OpenProcess` by what is to be done, as the manual of each call asks for them. */
export const RIGHTS = {
  /** AssignProcessToJobObject: PROCESS_SET_QUOTA | PROCESS_TERMINATE. */
  assign: 0x100 | 0x1,
  /** TerminateProcess: PROCESS_TERMINATE. */
  terminate: 0x1,
  /** SetPriorityClass: PROCESS_SET_INFORMATION. */
  setPriority: 0x200,
  /** GetPriorityClass, GetExitCodeProcess, GetProcessTimes, GetProcessHandleCount: PROCESS_QUERY_LIMITED_INFORMATION. */
  query: 0x1000,
  /** K32GetProcessMemoryInfo: PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ. */
  queryMemory: 0x1000 | 0x10,
  /** WaitForSingleObject: SYNCHRONIZE. */
  wait: 0x100000,
} as const;

const ERROR_ACCESS_DENIED = 5;
const ERROR_INVALID_PARAMETER = 87;

/** Null where there is no process of that pid, or where it may not be opened for this. @throws Win32Error */
export function openProcess(kernel32: Kernel32, pid: number, purpose: keyof typeof RIGHTS): Handle | null {
  const raw = kernel32.OpenProcess(RIGHTS[purpose], false, pid);
  if (raw) return new Handle(kernel32, raw, `process ${pid}`);
  const code = kernel32.GetLastError();
  if (code === ERROR_INVALID_PARAMETER || code === ERROR_ACCESS_DENIED) return null;
  throw new Win32Error('OpenProcess', code);
}

/** Opens a process for one purpose, and closes it again; null where `openProcess` gives null. */
export function withProcess<T>(
  kernel32: Kernel32,
  pid: number,
  purpose: keyof typeof RIGHTS,
  use: (raw: RawHandle) => T,
): T | null {
  const process = openProcess(kernel32, pid, purpose);
  return process === null ? null : whileOpen(process, use);
}

/** When it was created, in 100 ns since 1601; null where it does not live or may not be looked at. Unique together with the pid. */
export function createdAt(kernel32: Kernel32, pid: number): bigint | null {
  const life = lifeOf(kernel32, pid);
  return life === null || life.exited !== 0n ? null : life.created;
}

/** One that has ended can still be looked at as long as somebody has a handle of it. Null where there is none. */
export function lifeOf(kernel32: Kernel32, pid: number): { readonly created: bigint; readonly exited: bigint } | null {
  return withProcess(kernel32, pid, 'query', raw => {
    const [created, exited, kernel, user] = fourTimes();
    must(kernel32, 'GetProcessTimes', kernel32.GetProcessTimes(raw, created, exited, kernel, user));
    return { created: created.readBigUInt64LE(), exited: exited.readBigUInt64LE() };
  });
}

export const WAIT_TIMEOUT = 0x102;

/** Whether a process is in any job at all. @throws Win32Error */
export function isInJob(kernel32: Kernel32, process: RawHandle): boolean {
  const result = Buffer.alloc(4);
  must(kernel32, 'IsProcessInJob', kernel32.IsProcessInJob(process, 0, result));
  return result.readInt32LE() !== 0;
}

/** The exit code of a process that has ended. @throws Win32Error */
export function exitCodeOf(kernel32: Kernel32, process: RawHandle): number {
  const code = Buffer.alloc(4);
  must(kernel32, 'GetExitCodeProcess', kernel32.GetExitCodeProcess(process, code));
  return code.readUInt32LE();
}

/** PROCESS_MEMORY_COUNTERS, 64 bits. */
const COUNTERS = { size: 72, peakWorkingSet: 8, workingSet: 16 } as const;

/** What these processes use together; null where none of them can be looked at. Its `cpuMs` counts only those that live. */
export function usageOfProcesses(kernel32: Kernel32, pids: readonly number[]): Usage | null {
  const each = pids.map(pid => withProcess(kernel32, pid, 'queryMemory', raw => usageOf(kernel32, raw)));
  return each.filter(usage => usage !== null).reduce<Usage | null>(addUsage, null);
}

/** Null for one that ended meanwhile. */
function usageOf(kernel32: Kernel32, process: RawHandle): Usage | null {
  const counters = Buffer.alloc(COUNTERS.size);
  counters.writeUInt32LE(COUNTERS.size);
  const handles = Buffer.alloc(4);
  const [created, exited, kernel, user] = fourTimes();
  const isTold =
    kernel32.K32GetProcessMemoryInfo(process, counters, counters.length) &&
    kernel32.GetProcessHandleCount(process, handles) &&
    kernel32.GetProcessTimes(process, created, exited, kernel, user);
  if (!isTold || exited.readBigUInt64LE() !== 0n) return null;
  return {
    rssBytes: Number(counters.readBigUInt64LE(COUNTERS.workingSet)),
    peakRssBytes: Number(counters.readBigUInt64LE(COUNTERS.peakWorkingSet)),
    cpuMs: Number((kernel.readBigUInt64LE() + user.readBigUInt64LE()) / 10_000n),
    processes: 1,
    handles: handles.readUInt32LE(),
  };
}

function fourTimes(): [Buffer, Buffer, Buffer, Buffer] {
  return [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)];
}
