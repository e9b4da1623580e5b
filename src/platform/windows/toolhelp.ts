// The process table of Windows, to find children by their parent's pid. That pid is only a number that was true when the child was
// made: a parent younger than its child is a stranger with a number that was given anew.

import { Handle, whileOpen } from './handle.ts';
import { type Kernel32, must } from './kernel32.ts';
import { createdAt, lifeOf } from './process.ts';

interface ChildEntry {
  readonly pid: number;
  readonly ppid: number;
}

const TH32CS_SNAPPROCESS = 2;
/** PROCESSENTRY32W, 64 bits. */
const ENTRY = { size: 568, pid: 8, ppid: 32 } as const;

/** @throws Win32Error */
function listProcesses(kernel32: Kernel32): ChildEntry[] {
  const raw = must(kernel32, 'CreateToolhelp32Snapshot', kernel32.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  return whileOpen(new Handle(kernel32, raw, 'process snapshot'), snapshot => {
    const entry = Buffer.alloc(ENTRY.size);
    entry.writeUInt32LE(ENTRY.size);
    const found: ChildEntry[] = [];
    for (let isThere = kernel32.Process32FirstW(snapshot, entry); isThere; ) {
      found.push({ pid: entry.readUInt32LE(ENTRY.pid), ppid: entry.readUInt32LE(ENTRY.ppid) });
      isThere = kernel32.Process32NextW(snapshot, entry);
    }
    return found;
  });
}

/** Descendants of a process that a handle is held of, without itself: those whose parents can be followed. @throws Win32Error */
export function descendantsOf(kernel32: Kernel32, root: number): number[] {
  // It may have ended. Orphans of an earlier process with its number (the desktop itself is one of somebody's) are none of its.
  const life = lifeOf(kernel32, root);
  if (life === null) return [];
  const table = listProcesses(kernel32);
  const found: number[] = [];
  const birth = new Map([[root, life.created]]);
  // A child may stand before its parent in the table.
  for (let before = -1; before !== found.length; ) {
    before = found.length;
    for (const { pid, ppid } of table) {
      const parentBirth = birth.get(ppid);
      if (parentBirth === undefined || birth.has(pid)) continue;
      const born = createdAt(kernel32, pid);
      if (born === null || born < parentBirth) continue;
      birth.set(pid, born);
      found.push(pid);
    }
  }
  return found;
}
