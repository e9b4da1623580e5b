import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { weighSession } from '../../src/platform/autogroup.ts';
import { os } from '../../src/platform/platform.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

/** A file that answers each write with the next of these errors, then takes it; and what was done to it. */
function recording(errors: readonly (string | null)[]) {
  const done: string[] = [];
  const left = [...errors];
  return {
    done,
    tools: {
      open: async (path: string) => {
        done.push(`open ${path}`);
        return {
          write: async (text: string) => {
            done.push(`write ${text}`);
            const code = left.shift() ?? null;
            if (code !== null) throw failure(code);
          },
          close: async () => void done.push('close'),
        };
      },
      wait: async (ms: number) => void done.push(`wait ${ms}`),
    },
  };
}

test('a kernel that wants to be asked later is asked later, by the same open file', async () => {
  const { done, tools } = recording(['EAGAIN', 'EAGAIN', null]);
  assert.equal(await weighSession(42, 19, tools), null);
  const again = ['wait 110', 'write 19'];
  assert.deepEqual(done, ['open /proc/42/autogroup', 'write 19', ...again, ...again, 'close']);
});

test('it is not asked for ever', async () => {
  const { done, tools } = recording(Array.from({ length: 1_000 }, () => 'EAGAIN'));
  assert.match((await weighSession(42, 19, tools)) ?? '', /EAGAIN/);
  assert.ok(done.length < 300);
  assert.equal(done.at(-1), 'close');
});

test('a refusal is told, a process that has gone is none', async () => {
  assert.match((await weighSession(42, -7, recording(['EPERM']).tools)) ?? '', /EPERM/);
  assert.equal(await weighSession(42, 19, recording(['ESRCH']).tools), null);
  assert.equal(await weighSession(2 ** 30, 19), null);
});

// Under Wine there is a /proc, of the wrong processes.
const has = os === 'linux' && existsSync('/proc/self/autogroup');

test('the session of a process has its weight, ours stays as it is', {
  skip: has ? false : 'no autogroups',
}, async t => {
  const own = readFileSync('/proc/self/autogroup', 'utf8');
  const leader = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { detached: true, stdio: 'ignore' });
  t.after(() => leader.kill('SIGKILL'));
  await once(leader, 'spawn');
  assert.equal(await weighSession(Number(leader.pid), 19), null);
  assert.match(readFileSync(`/proc/${leader.pid}/autogroup`, 'utf8'), / nice 19$/m);
  assert.equal(readFileSync('/proc/self/autogroup', 'utf8'), own);
});
