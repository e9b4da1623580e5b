import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawHandle } from '../../../src/platform/win32.ts';
import { Handle, openHandles, whileOpen } from '../../../src/platform/windows/handle.ts';

function fake() {
  const closed: RawHandle[] = [];
  return { closed, kernel32: { CloseHandle: (raw: RawHandle) => closed.push(raw) > 0 } };
}

test('a handle is counted while it is open, and closed once, however often that is asked', () => {
  const { closed, kernel32 } = fake();
  const before = openHandles();
  const handle = new Handle(kernel32, 4, 'a test');
  assert.equal(openHandles(), before + 1);
  handle[Symbol.dispose]();
  handle[Symbol.dispose]();
  assert.deepEqual([closed, openHandles(), handle.isOpen], [[4], before, false]);
});

test('a closed handle gives no number, which may be somebody else’s by then', () => {
  const handle = new Handle(fake().kernel32, 4, 'a test');
  handle[Symbol.dispose]();
  assert.throws(() => handle.raw, /closed/);
});

test('a handle is closed behind its use, also where that throws', () => {
  const { closed, kernel32 } = fake();
  assert.equal(
    whileOpen(new Handle(kernel32, 4, 'a test'), raw => raw),
    4,
  );
  assert.throws(() =>
    whileOpen(new Handle(kernel32, 8, 'a test'), () => {
      throw new Error('on purpose');
    }),
  );
  assert.deepEqual(closed, [4, 8]);
});
