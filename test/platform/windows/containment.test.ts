import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { windowsContainment } from '../../../src/platform/windows/containment.ts';
import { openHandles } from '../../../src/platform/windows/handle.ts';
import { PRIORITY_CLASS } from '../../../src/platform/windows/priority-class.ts';
import { withProcess } from '../../../src/platform/windows/process.ts';
import { ending, nextJson, nodeSpec } from '../../support/contained.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/processes.ts';
import { native, onWindows } from './native.ts';

const STAY = 'setInterval(() => {}, 60_000);';
/** Starts a child of its own, outside libuv's job, and tells its pid. */
const WITH_CHILD = `
  const { spawn } = require('child_process');
  const child = spawn(process.execPath, ['-e', '${STAY}'], { stdio: 'ignore', detached: true });
  console.log(child.pid); ${STAY}`;

test('a server is born in its job, and so is everything that it starts', onWindows, async t => {
  const child = ending(t, await windowsContainment.start(nodeSpec(WITH_CHILD)));
  assert.deepEqual([child.group.kind, child.group.level, child.group.why], ['job', 'atomic', null]);
  const grandchild = Number(await nextJson(child));
  const members = await child.group.members();
  assert.ok(members.includes(child.pid) && members.includes(grandchild), `${members}`);
  await child.group.kill();
  assert.deepEqual(await child.exited, { code: 137, signal: null });
  await eventually(async () => (await child.group.members()).length === 0, { what: 'the job to be empty' });
  assert.equal(await isAlive(grandchild), false);
});

test('what is written arrives, and the end of stdin is heard', onWindows, async t => {
  const script = `
    let text = ''; process.stdin.setEncoding('utf8').on('data', chunk => { text += chunk; });
    process.stdin.on('end', () => { console.log(JSON.stringify(text)); process.exitCode = 5; });`;
  const child = ending(t, await windowsContainment.start(nodeSpec(script)));
  const big = 'ü😀'.repeat(200_000);
  child.stdin.write(big);
  child.stdin.end();
  assert.ok((await nextJson(child)) === big, 'all of it, unchanged');
  assert.deepEqual(await child.exited, { code: 5, signal: null });
});

test('the class of its priority holds from its first instruction', onWindows, async t => {
  const { kernel32 } = native();
  for (const priority of ['belowNormal', 'normal', 'high'] as const) {
    const child = ending(t, await windowsContainment.start(nodeSpec(STAY, { priority })));
    // Nothing was waited for: whatever sets it later would come too late.
    const found = withProcess(kernel32, child.pid, 'query', raw => kernel32.GetPriorityClass(raw));
    assert.equal(found, PRIORITY_CLASS[priority], priority);
  }
});

test('no more than its three pipes is inherited, whatever else of ours is inheritable', onWindows, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const file = join(folder, 'held');
  writeFileSync(file, '');
  const { kernel32 } = native();
  // FILE_SHARE_READ alone: as long as anybody has it open, it cannot be deleted.
  const security = Buffer.alloc(24);
  security.writeUInt32LE(24, 0);
  security.writeUInt32LE(1, 16);
  const held = kernel32.CreateFileW(file, 0x80000000, 1, security, 3, 0, 0);
  const child = ending(t, await windowsContainment.start(nodeSpec(`console.log(1); ${STAY}`)));
  await nextJson(child);
  kernel32.CloseHandle(held);
  rmSync(folder, { recursive: true });
  assert.equal(existsSync(file), false);
});

test('an environment without SystemRoot is completed: the server can use the network', onWindows, async t => {
  const script = `
    require('net').createServer().on('error', error => console.log(JSON.stringify(error.code)))
      .listen(0, '127.0.0.1', () => console.log(JSON.stringify(process.env.SystemRoot)));`;
  const child = ending(t, await windowsContainment.start(nodeSpec(script, { env: { ONLY: 'this' } })));
  assert.match(String(await nextJson(child)), /^[a-z]:\\/i);
});

test('what cannot be started is refused with the number of Windows, and nothing stays open', onWindows, async () => {
  const before = openHandles();
  const missing = nodeSpec('', { file: 'C:\\nowhere\\at all.exe' });
  await assert.rejects(windowsContainment.start(missing), { name: 'Win32Error', win32Code: 3 });
  await assert.rejects(windowsContainment.start(nodeSpec('', { cwd: 'C:\\nowhere' })), { win32Code: 267 });
  assert.equal(openHandles(), before);
});

test(
  'a start that Windows refuses in a job goes one level lower, and the next is tried in full again',
  onWindows,
  async t => {
    const { kernel32 } = native();
    const { CreateProcessW, GetLastError } = kernel32;
    t.after(() => Object.assign(kernel32, { CreateProcessW, GetLastError }));
    // ERROR_ACCESS_DENIED, once.
    kernel32.CreateProcessW = () => {
      kernel32.CreateProcessW = CreateProcessW;
      kernel32.GetLastError = () => {
        kernel32.GetLastError = GetLastError;
        return 5;
      };
      return false;
    };
    const refused = ending(t, await windowsContainment.start(nodeSpec(STAY)));
    assert.deepEqual(
      [refused.group.level, refused.group.why],
      ['swept', 'CreateProcessW failed with ERROR_ACCESS_DENIED (5)'],
    );
    const next = ending(t, await windowsContainment.start(nodeSpec(STAY)));
    assert.deepEqual([next.group.level, next.group.why], ['atomic', null]);
  },
);

test('a process that has ended is known to have, before anybody was told', onWindows, async t => {
  const child = ending(t, await windowsContainment.start(nodeSpec(STAY)));
  assert.equal(child.hasExited(), false);
  child.group.signalNow('kill');
  // No turn of the event loop, in which the end could be told.
  for (const until = Date.now() + 10_000; !child.hasExited() && Date.now() < until; );
  assert.equal(child.hasExited(), true);
  await child.exited;
  assert.equal(child.hasExited(), true);
});

test('without native calls it works one level lower, and says so', onWindows, () => {
  const script = `
    const { windowsContainment } = await import(${JSON.stringify(new URL('../../../src/platform/windows/containment.js', import.meta.url))});
    const { nodeSpec } = await import(${JSON.stringify(new URL('../../support/contained.js', import.meta.url))});
    const child = await windowsContainment.start(nodeSpec(${JSON.stringify(STAY)}));
    console.log(child.group.level, child.group.why, (await child.group.members()).length);
    await child.group.kill();
    await child.exited;`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, HOLDFAST_NO_NATIVE: '1' },
  });
  assert.equal(stdout.trim(), 'partial HOLDFAST_NO_NATIVE=1 turns native calls off 1', stderr);
});
