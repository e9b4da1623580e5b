import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descendantsOf } from '../../../src/platform/windows/toolhelp.ts';
import { fakeKernel32 } from './fake-kernel32.ts';

interface Entry {
  readonly pid: number;
  readonly ppid: number;
  readonly born: bigint;
  readonly hasEnded?: boolean;
}

/** A Windows with these processes; one that has ended can be looked at, and stands in no table. */
function withTable(processes: readonly Entry[]) {
  const living = processes.filter(({ hasEnded }) => hasEnded !== true);
  let at = 0;
  const next = (entry: Buffer) => {
    const found = living[at++];
    entry.writeUInt32LE(found?.pid ?? 0, 8);
    entry.writeUInt32LE(found?.ppid ?? 0, 32);
    return found !== undefined;
  };
  return fakeKernel32({
    CreateToolhelp32Snapshot: () => 9_999,
    Process32FirstW: (_, entry) => next(entry),
    Process32NextW: (_, entry) => next(entry),
    OpenProcess: (_rights, _inherits, pid) => (processes.some(entry => entry.pid === pid) ? pid : 0),
    GetLastError: () => 87,
    GetProcessTimes: (handle, created, exited) => {
      const found = processes.find(({ pid }) => pid === handle);
      created.writeBigUInt64LE(found?.born ?? 0n);
      exited.writeBigUInt64LE(found?.hasEnded === true ? found.born + 1n : 0n);
      return true;
    },
    CloseHandle: () => true,
  }).kernel32;
}

test('descendants are followed from parent to child, in whatever order the table names them', () => {
  const table = [
    { pid: 30, ppid: 20, born: 300n },
    { pid: 20, ppid: 10, born: 200n },
    { pid: 10, ppid: 1, born: 100n },
    { pid: 40, ppid: 1, born: 150n },
  ];
  assert.deepEqual(descendantsOf(withTable(table), 10), [20, 30]);
});

test('a process older than its parent is the child of an earlier one with that number', () => {
  const table = [
    { pid: 10, ppid: 1, born: 100n },
    { pid: 20, ppid: 10, born: 50n },
  ];
  assert.deepEqual(descendantsOf(withTable(table), 10), []);
});

test('that holds for a root that has ended already, too, and its own are still found', () => {
  const table = [
    { pid: 10, ppid: 1, born: 100n, hasEnded: true },
    { pid: 20, ppid: 10, born: 50n },
    { pid: 30, ppid: 10, born: 100n },
  ];
  assert.deepEqual(descendantsOf(withTable(table), 10), [30]);
  assert.deepEqual(descendantsOf(withTable(table.slice(1)), 10), []);
});
