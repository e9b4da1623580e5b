import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { Handle } from '../../../src/platform/windows/handle.ts';
import { Waiter } from '../../../src/platform/windows/waiter.ts';
import { fakeKernel32 } from './fake-kernel32.ts';
import { disposing, native, onWindows } from './native.ts';

function event(t: TestContext): Handle {
  const { kernel32 } = native();
  return disposing(t, new Handle(kernel32, kernel32.CreateEventW(null, true, false, null), 'event of a test'));
}

test('more handles than one wait can take are all waited for, and each tells its own end', onWindows, async t => {
  const { kernel32 } = native();
  const waiter = new Waiter(native());
  const events = Array.from({ length: 150 }, () => event(t));
  const ended: number[] = [];
  const waits = events.map((handle, index) => waiter.wait(handle.raw).ended.then(() => ended.push(index)));
  for (const index of [149, 0, 70]) {
    kernel32.SetEvent(events[index]?.raw ?? 0);
    await waits[index];
  }
  assert.deepEqual(ended, [149, 0, 70]);
  for (const handle of events) kernel32.SetEvent(handle.raw);
  await Promise.all(waits);
  assert.equal(ended.length, 150);
});

test('a handle that cannot be waited for ends its own wait and no other', onWindows, async t => {
  const { kernel32 } = native();
  const waiter = new Waiter(native());
  const good = event(t);
  const { ended } = waiter.wait(good.raw);
  await waiter.wait(0x7ffffff0).ended;
  kernel32.SetEvent(good.raw);
  await ended;
});

test('a wait holds up process.exit never, and the natural end of a process only until it is let go', onWindows, () => {
  const module = (file: string) => JSON.stringify(new URL(`../../../src/platform/windows/${file}`, import.meta.url));
  const script = (last: string) => `
    import { nativeWindows } from ${module('kernel32.js')};
    import { Waiter } from ${module('waiter.js')};
    const native = nativeWindows();
    const never = native.kernel32.CreateEventW(null, true, false, null);
    const waiter = new Waiter(native);
    const wait = waiter.wait(never);
    const set = native.kernel32.CreateEventW(null, true, true, null);
    await waiter.wait(set).ended;
    ${last}`;
  for (const [last, code] of [
    ['wait.unref()', 0],
    ['process.exit(3)', 3],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script(last)], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(status, code, stderr);
  }
});

test('where no thread is to be had it looks itself, and every end is seen', async () => {
  class NoThread {
    constructor() {
      throw Object.assign(new Error('out of threads'), { code: 'ERR_WORKER_INIT_FAILED' });
    }
  }
  const signalled = new Set<number | bigint>([7]);
  const { kernel32 } = fakeKernel32({
    CreateEventW: () => 3,
    SetEvent: () => true,
    WaitForSingleObject: handle => (signalled.has(handle) ? 0 : 0x102),
  });
  const waiter = new Waiter({ win32: { address: () => 0n }, kernel32 }, NoThread as never);
  const later = waiter.wait(8);
  await waiter.wait(7).ended;
  signalled.add(8);
  await later.ended;
});
