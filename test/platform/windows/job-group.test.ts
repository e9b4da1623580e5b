import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHandles } from '../../../src/platform/windows/handle.ts';
import { Job } from '../../../src/platform/windows/job.ts';
import { JobGroup } from '../../../src/platform/windows/job-group.ts';
import { fakeKernel32 } from './fake-kernel32.ts';

test('a job with survivors stays open, and is closed with a later one once they have gone', () => {
  const active = new Map<unknown, number>();
  const { kernel32 } = fakeKernel32({
    CreateJobObjectW: () => {
      active.set(active.size + 1, 0);
      return active.size;
    },
    SetInformationJobObject: () => true,
    QueryInformationJobObject: (job, _kind, data) => {
      data.writeUInt32LE(active.get(job) ?? 0, 40);
      return true;
    },
    CloseHandle: job => active.delete(job),
  });
  const group = () => new JobGroup(kernel32, new Job({ kernel32 }, { flags: 0 }), { level: 'atomic', why: null });
  const before = openHandles();
  const [first, second] = [group(), group()];
  active.set(1, 1);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(openHandles(), before + 2);
  active.set(1, 0);
  second[Symbol.dispose]();
  assert.equal(openHandles(), before);
});

test('a server that died short of the memory that its job may have died of that; of a closed job nothing is said', async () => {
  let set: Buffer = Buffer.alloc(144);
  const { kernel32 } = fakeKernel32({
    CreateJobObjectW: () => 40,
    CloseHandle: () => true,
    SetInformationJobObject: (_job, _kind, data) => {
      set = Buffer.from(data);
      return true;
    },
    QueryInformationJobObject: (_job, kind, data) => {
      if (kind === 9) set.copy(data);
      data.writeBigUInt64LE(kind === 9 ? set.readBigUInt64LE(120) : 0n, data.length - 8);
      return true;
    },
  });
  const job = new Job({ kernel32 }, { flags: 0 });
  job.hold({ memoryMb: 60 }, 1);
  const group = new JobGroup(kernel32, job, { level: 'atomic', why: null });
  assert.deepEqual(group.holds, ['memory']);
  assert.equal(await group.overrun(), 'memory');
  group[Symbol.dispose]();
  assert.equal(await group.overrun(), null);
});
