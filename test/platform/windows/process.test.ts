import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { RawHandle } from '../../../src/platform/win32.ts';
import { Handle } from '../../../src/platform/windows/handle.ts';
import { Job } from '../../../src/platform/windows/job.ts';
import type { Kernel32 } from '../../../src/platform/windows/kernel32.ts';
import { createdAt, exitCodeOf, openProcess, RIGHTS, usageOfProcesses } from '../../../src/platform/windows/process.ts';
import { fakeKernel32 } from './fake-kernel32.ts';
import { disposing, native, onWindows } from './native.ts';

const ERROR_ACCESS_DENIED = 5;

async function sleeper(t: TestContext): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setTimeout(() => {}, 60_000)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill());
  await once(child.stdout, 'data');
  return Number(child.pid);
}

/** One call for which a handle is opened, true where Windows allows it. */
type Use = (kernel32: Kernel32, process: RawHandle, t: TestContext) => boolean;

const USES: Readonly<Record<keyof typeof RIGHTS, Use>> = {
  assign: (kernel32, process, t) =>
    kernel32.AssignProcessToJobObject(disposing(t, new Job({ kernel32 }, { flags: 0 })).raw, process),
  setPriority: (kernel32, process) => kernel32.SetPriorityClass(process, 0x4000),
  query: (kernel32, process) =>
    kernel32.GetProcessTimes(process, Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)) &&
    kernel32.GetPriorityClass(process) !== 0,
  queryMemory: (kernel32, process) => kernel32.K32GetProcessMemoryInfo(process, Buffer.alloc(72), 72),
  wait: (kernel32, process) => kernel32.WaitForSingleObject(process, 0) !== 0xffffffff,
  // Last: the process is gone then.
  terminate: (kernel32, process) => kernel32.TerminateProcess(process, 77),
};

/** Each right of a mask alone, and the mask without it. */
const bitsOf = (mask: number): number[] =>
  Array.from({ length: 32 }, (_, bit) => 2 ** bit).filter(bit => (mask & bit) !== 0);

/**
 * Rights that the manual asks for and Wine does not look at. PROCESS_VM_READ: Windows itself has not needed it for this since
 * Windows 8.1, the manual still names it.
 */
const NOT_CHECKED: Readonly<Partial<Record<keyof typeof RIGHTS, number>>> = { queryMemory: 0x10 };

for (const [purpose, use] of Object.entries(USES) as [keyof typeof RIGHTS, Use][]) {
  test(`the right to "${purpose}" is enough, and with one bit less it is refused`, onWindows, async t => {
    const { kernel32 } = native();
    const pid = await sleeper(t);
    const withRights = (rights: number): Handle => {
      // With no right at all there is no handle; SYNCHRONIZE or the right to look lets nothing of the rest.
      const spare = purpose === 'wait' ? RIGHTS.query : RIGHTS.wait;
      return disposing(t, new Handle(kernel32, kernel32.OpenProcess(rights || spare, false, pid), `process ${pid}`));
    };
    const mask = RIGHTS[purpose];
    for (const bit of bitsOf(mask).filter(bit => bit !== NOT_CHECKED[purpose])) {
      assert.equal(use(kernel32, withRights(mask & ~bit).raw, t), false, `without 0x${bit.toString(16)}`);
      assert.equal(kernel32.GetLastError(), ERROR_ACCESS_DENIED);
    }
    assert.equal(use(kernel32, withRights(mask).raw, t), true);
  });
}

test('a process is named by pid and birth, and one that has ended is not there', onWindows, async t => {
  const { kernel32 } = native();
  const pid = await sleeper(t);
  const born = createdAt(kernel32, pid);
  assert.ok(born !== null && born > 0n);
  assert.equal(createdAt(kernel32, pid), born);
  assert.ok(born > Number(createdAt(kernel32, process.pid)), 'it is younger than we are');

  const held = disposing(t, openProcess(kernel32, pid, 'wait') ?? assert.fail('it lives'));
  process.kill(pid, 'SIGKILL');
  assert.equal(kernel32.WaitForSingleObject(held.raw, 5_000), 0);
  assert.equal(createdAt(kernel32, pid), null, 'although somebody has a handle of it');
});

test('the exit code of a process is read whole', onWindows, async t => {
  const { kernel32 } = native();
  const child = spawn(process.execPath, ['-e', 'process.stdin.on("end", () => process.exit(70_000)).resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const handle = disposing(t, openProcess(kernel32, Number(child.pid), 'query') ?? assert.fail('it lives'));
  child.stdin.end();
  await once(child, 'exit');
  assert.equal(exitCodeOf(kernel32, handle.raw), 70_000);
});

test('our own memory is told', onWindows, () => {
  const usage = usageOfProcesses(native().kernel32, [process.pid, 4_000_000_000]);
  const own = process.memoryUsage.rss();
  assert.equal(usage?.processes, 1);
  assert.ok(Number(usage?.rssBytes) > own / 2 && Number(usage?.rssBytes) < own * 2);
});

test('what processes use is added up, and one that ended meanwhile or may not be opened is left out', () => {
  const opened: number[] = [];
  const { kernel32 } = fakeKernel32({
    OpenProcess: (rights, _, pid) => {
      assert.equal(rights, RIGHTS.queryMemory);
      opened.push(pid);
      return pid === 3 ? 0 : pid;
    },
    GetLastError: () => ERROR_ACCESS_DENIED,
    CloseHandle: raw => opened.splice(opened.indexOf(Number(raw)), 1).length === 1,
    K32GetProcessMemoryInfo: (_, counters, size) => {
      assert.equal(counters.readUInt32LE(0), size);
      counters.writeBigUInt64LE(5_000n, 8);
      counters.writeBigUInt64LE(2_000n, 16);
      return true;
    },
    GetProcessHandleCount: (_, count) => count.writeUInt32LE(10) > 0,
    GetProcessTimes: (raw, _created, exited, kernel, user) => {
      exited.writeBigUInt64LE(raw === 4 ? 1n : 0n);
      kernel.writeBigUInt64LE(10_000n);
      return user.writeBigUInt64LE(20_000n) > 0;
    },
  });
  assert.deepEqual(usageOfProcesses(kernel32, [1, 2, 3, 4]), {
    rssBytes: 4_000,
    peakRssBytes: 5_000,
    cpuMs: 6,
    processes: 2,
    handles: 20,
  });
  assert.deepEqual(opened, [3], 'each handle was closed');
});
