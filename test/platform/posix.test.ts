import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { posixContainment } from '../../src/platform/posix.ts';
import { ending, nextJson, nodeSpec } from '../support/contained.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/processes.ts';

const READY = 'console.log(1); setInterval(() => {}, 60_000)';

test('a process gets its priority, and what it starts from then on inherits it', {
  skip: os === 'windows' && 'a nice value is of POSIX',
}, async t => {
  const spec = nodeSpec(
    `const { spawnSync } = require('child_process');
     process.stdin.once('data', () => {
       const script = 'console.log(require("os").getPriority())';
       console.log(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout.trim());
     });`,
    { priority: 'belowNormal' },
  );
  const child = ending(t, await posixContainment.start(spec));
  assert.equal(getPriority(child.pid), 10);
  child.stdin.write('now');
  assert.equal(await nextJson(child), 10);
  assert.deepEqual(spec.notices, []);
});

// Under Wine there is a /proc, of the wrong processes.
const noAutogroup = os === 'linux' && existsSync('/proc/self/autogroup') ? false : 'this kernel has no autogroups';
test('its session is weighed by its priority, without which nice means nothing between sessions', {
  skip: noAutogroup,
}, async t => {
  const child = ending(t, await posixContainment.start(nodeSpec(READY, { priority: 'idle' })));
  await nextJson(child);
  await eventually(() => readFileSync(`/proc/${child.pid}/autogroup`, 'utf8').trim().endsWith('nice 19'), {
    what: 'the session to be weighed',
  });
});

test('what cannot be made known to others is not started, and nothing waits at the gate', {
  skip: os === 'windows' && 'there is no gate',
}, async () => {
  let pid = 0;
  const onBorn = async (born: number) => {
    pid = born;
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  };
  await assert.rejects(posixContainment.start(nodeSpec(READY, { onBorn })), { code: 'EMFILE' });
  assert.equal(await isAlive(pid), false);
});
