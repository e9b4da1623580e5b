import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { openHandles } from '../../../src/platform/windows/handle.ts';
import type { Native } from '../../../src/platform/windows/kernel32.ts';
import { openStdioPipes } from '../../../src/platform/windows/stdio-pipes.ts';
import { native, onWindows } from './native.ts';

/** Windows, but `before` sees the name of each pipe just before we connect to it ourselves. */
function watched(before: (name: string) => void): Native {
  const { win32, kernel32 } = native();
  return {
    win32,
    kernel32: {
      ...kernel32,
      CreateFileW: (name, ...rest) => {
        before(name);
        return kernel32.CreateFileW(name, ...rest);
      },
    },
  };
}

test('each pipe has a name that nobody can guess', onWindows, async () => {
  const names: string[] = [];
  const pipes = await openStdioPipes(watched(name => names.push(name)));
  assert.equal(new Set(names).size, 3);
  for (const name of names) assert.match(name, /^\\\\\.\\pipe\\holdfast-[0-9a-f]{32}$/);
  for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.destroy();
  for (const end of pipes.childEnds) end[Symbol.dispose]();
});

test('somebody else who connects to a pipe ends the start, and nothing stays open', onWindows, async t => {
  const before = openHandles();
  let isFirst = true;
  const intruded = watched(name => {
    if (!isFirst) return;
    isFirst = false;
    const intruder = connect(name);
    intruder.on('error', () => undefined);
    t.after(() => intruder.destroy());
  });
  await assert.rejects(openStdioPipes(intruded), { code: 'PIPE_NOT_OURS' });
  assert.equal(openHandles(), before);
});

test('what is started while they are open gets none of them: their end is seen all the same', onWindows, async t => {
  const pipes = await openStdioPipes(native());
  const stranger = spawn(process.execPath, ['-e', 'setInterval(Date, 60_000)'], { stdio: 'ignore', windowsHide: true });
  t.after(() => stranger.kill());
  await once(stranger, 'spawn');
  // Its reader has gone.
  pipes.stdin.on('error', () => undefined);
  const ended = once(pipes.stdout.resume(), 'end', { signal: AbortSignal.timeout(10_000) });
  for (const end of pipes.childEnds) end[Symbol.dispose]();
  await ended;
  for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.destroy();
});

test('a long pause of ours is no sign of a stranger', onWindows, async () => {
  let isFirst = true;
  const held = watched(() => {
    // As a virus scanner holds up whoever starts a program.
    if (isFirst) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    isFirst = false;
  });
  const pipes = await openStdioPipes(held, 700);
  for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.destroy();
  for (const end of pipes.childEnds) end[Symbol.dispose]();
});

test('a pipe that cannot be opened is told at once, and nothing is waited for', onWindows, async () => {
  const { win32, kernel32 } = native();
  const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
  const before = [openHandles(), timers()];
  const refusing = { win32, kernel32: { ...kernel32, CreateFileW: () => -1, GetLastError: () => 4 } };
  await assert.rejects(openStdioPipes(refusing), { win32Code: 4 });
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual([openHandles(), timers()], before);
});
