import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Job, LIMIT } from '../../../src/platform/windows/job.ts';
import { createServerJob } from '../../../src/platform/windows/server-job.ts';
import { fakeKernel32 } from './fake-kernel32.ts';

const JOB = 40;
const quiet = { CreateJobObjectW: () => JOB, CloseHandle: () => true, SetInformationJobObject: () => true };

/** Offsets of JOBOBJECT_EXTENDED_LIMIT_INFORMATION on 64 bits. */
const flagsOf = (data: unknown) => (data as Buffer).readUInt32LE(16);
const classOf = (data: unknown) => (data as Buffer).readUInt32LE(56);

test('a server’s job ends with its last handle, and lets only those go that ask', () => {
  const { calls, kernel32 } = fakeKernel32(quiet);
  createServerJob({ kernel32 }, 'normal')[Symbol.dispose]();
  const [, set, close] = calls;
  assert.deepEqual([set?.[0], set?.[1], set?.[2], set?.[4]], ['SetInformationJobObject', JOB, 9, 144]);
  const SILENT_BREAKAWAY_OK = 0x1000;
  assert.equal(flagsOf(set?.[3]), LIMIT.killOnJobClose | LIMIT.dieOnUnhandledException | LIMIT.breakawayOk);
  assert.equal(flagsOf(set?.[3]) & SILENT_BREAKAWAY_OK, 0);
  assert.deepEqual(close, ['CloseHandle', JOB]);
});

test('a priority other than normal is a limit of the job, so that no descendant climbs above it', () => {
  const { calls, kernel32 } = fakeKernel32(quiet);
  createServerJob({ kernel32 }, 'belowNormal')[Symbol.dispose]();
  const [, first, second] = calls;
  assert.equal(flagsOf(first?.[3]) & LIMIT.priorityClass, 0);
  assert.equal(flagsOf(second?.[3]) & LIMIT.priorityClass, LIMIT.priorityClass);
  assert.equal(classOf(second?.[3]), 0x4000);
});

test('a class above normal that may not be held as a limit leaves the job as it is', () => {
  const ERROR_PRIVILEGE_NOT_HELD = 1314;
  let sets = 0;
  const { kernel32 } = fakeKernel32({
    ...quiet,
    SetInformationJobObject: () => ++sets === 1,
    GetLastError: () => ERROR_PRIVILEGE_NOT_HELD,
  });
  const job = createServerJob({ kernel32 }, 'high');
  assert.equal(sets, 2);
  job[Symbol.dispose]();
});

test('a job that cannot be limited is none: it is closed, and the refusal is named', () => {
  const { calls, kernel32 } = fakeKernel32({ ...quiet, SetInformationJobObject: () => false, GetLastError: () => 5 });
  assert.throws(() => createServerJob({ kernel32 }, 'normal'), {
    name: 'Win32Error',
    message: 'SetInformationJobObject failed with ERROR_ACCESS_DENIED (5)',
    win32Code: 5,
  });
  assert.deepEqual(calls.at(-1), ['CloseHandle', JOB]);
});

/** A Windows that takes on and tells what is set, or (`forgets`, as Wine) tells nothing of it. */
function limiting({ forgets = false, refuses = [] as readonly number[] } = {}) {
  let set: Buffer = Buffer.alloc(144);
  const peak = { bytes: 0n };
  const faked = fakeKernel32({
    ...quiet,
    GetLastError: () => 87,
    SetInformationJobObject: (_, kind, data) => {
      if (refuses.includes(kind)) return false;
      if (kind === 9) set = Buffer.from(data);
      return true;
    },
    QueryInformationJobObject: (_, kind, data) => {
      assert.equal(kind, 9);
      if (!forgets) set.copy(data);
      data.writeBigUInt64LE(peak.bytes, 136);
      return true;
    },
  });
  const rates = () => faked.calls.filter(([, , kind]) => kind === 15).map(([, , , data]) => data as Buffer);
  return { ...faked, peak, limits: () => set, rates };
}

test('memory, processes and processor time are limits of the job, beside those that it has', () => {
  const { kernel32, limits, rates } = limiting();
  const job = createServerJob({ kernel32 }, 'belowNormal');
  job.hold({ memoryMb: 60, processes: 4, cpuPercent: 150 }, 8);
  assert.deepEqual(job.holds, ['memory', 'processes', 'cpu']);
  const all = LIMIT.killOnJobClose | LIMIT.dieOnUnhandledException | LIMIT.breakawayOk;
  assert.equal(flagsOf(limits()), all | LIMIT.priorityClass | LIMIT.jobMemory | LIMIT.activeProcess);
  assert.equal(classOf(limits()), 0x4000);
  assert.equal(limits().readBigUInt64LE(120), 60n * 1_048_576n);
  assert.equal(limits().readUInt32LE(40), 4);
  // One and a half of eight processors, in hundredths of a percent; enabled, as a hard cap.
  assert.deepEqual([rates()[0]?.readUInt32LE(0), rates()[0]?.readUInt32LE(4)], [0x5, 1_875]);
  job[Symbol.dispose]();
});

test('more processors than there are is no limit, and the least that Windows knows is a limit', () => {
  const { kernel32, rates } = limiting();
  const job = new Job({ kernel32 }, { flags: 0 });
  job.hold({ cpuPercent: 1_000 }, 2);
  job.hold({ cpuPercent: 1 }, 1_000);
  assert.deepEqual(
    rates().map(rate => rate.readUInt32LE(4)),
    [10_000, 1],
  );
  job[Symbol.dispose]();
});

test('what is refused, or taken and forgotten, is not held, and the job is as good without it', () => {
  for (const options of [{ refuses: [15], forgets: true }, { refuses: [15] }]) {
    const { kernel32 } = limiting(options);
    const job = createServerJob({ kernel32 }, 'normal', { memoryMb: 60, processes: 4, cpuPercent: 50 });
    assert.deepEqual(job.holds, options.forgets === true ? [] : ['memory', 'processes']);
    assert.equal(job.wasShortOfMemory(), false);
    job[Symbol.dispose]();
  }
});

test('a job that has come close to its limit of memory was short of it', () => {
  const { kernel32, peak } = limiting();
  const job = createServerJob({ kernel32 }, 'normal', { memoryMb: 100 });
  peak.bytes = 89n * 1_048_576n;
  assert.equal(job.wasShortOfMemory(), false);
  peak.bytes = 90n * 1_048_576n;
  assert.equal(job.wasShortOfMemory(), true);
  job[Symbol.dispose]();
});

test('a list of members that does not fit is asked for again with more room', () => {
  const pids = Array.from({ length: 100 }, (_, index) => 4 * index + 8);
  const ERROR_MORE_DATA = 234;
  const rooms: number[] = [];
  const { kernel32 } = fakeKernel32({
    ...quiet,
    GetLastError: () => ERROR_MORE_DATA,
    QueryInformationJobObject: (_, kind, data, size) => {
      assert.equal(kind, 3);
      rooms.push((size - 8) / 8);
      if (size < 8 + 8 * pids.length) return false;
      data.writeUInt32LE(pids.length, 4);
      pids.forEach((pid, index) => {
        data.writeBigUInt64LE(BigInt(pid), 8 + 8 * index);
      });
      return true;
    },
  });
  const job = new Job({ kernel32 }, { flags: 0 });
  assert.deepEqual(job.members(), pids);
  assert.deepEqual(rooms, [32, 128]);
  job[Symbol.dispose]();
});

test('processor time of the whole tree is read in steps of 100 ns, also of those that have ended', () => {
  const { kernel32 } = fakeKernel32({
    ...quiet,
    QueryInformationJobObject: (_, kind, data) => {
      assert.equal(kind, 1);
      data.writeBigUInt64LE(12_340_000n, 0);
      data.writeBigUInt64LE(10_000n, 8);
      data.writeUInt32LE(3, 40);
      return true;
    },
  });
  const job = new Job({ kernel32 }, { flags: 0 });
  assert.deepEqual(job.accounting(), { cpuMs: 1_235, activeProcesses: 3 });
  job[Symbol.dispose]();
});
