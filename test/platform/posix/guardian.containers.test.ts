import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startOf } from '../../../src/platform/identity.ts';
import { os } from '../../../src/platform/platform.ts';
import { Guardian } from '../../../src/platform/posix/guardian.ts';
import { eventually } from '../../support/eventually.ts';
import { fixturePath } from '../../support/fixture.ts';
import { isAlive, withNothingLeft } from '../../support/leak-check.ts';
import { recordingEngine } from '../../support/recording-engine.ts';

const posix = { skip: os === 'windows' && 'there is none' };

/** A deaf container of the life `NAME.1`, and what the guardian is told of it. */
async function setUp(t: TestContext) {
  const sandbox = await withNothingLeft(t);
  const recording = recordingEngine(sandbox);
  const { engine, containers, running } = recording;
  const start = async (name: string, { hasFile = true, isRemoved = true } = {}) => {
    const life = `${name}.1`;
    const cidFile = join(sandbox.folder, `${name}'s id`);
    const options = [...(isRemoved ? ['--rm'] : []), '--label', `holdfast.life=${life}`];
    if (hasFile) options.push('--cidfile', cidFile);
    const known = containers().map(({ id }) => id);
    const child = spawn(
      engine.file,
      [...engine.options, 'run', ...options, 'image', process.execPath, fixturePath('ignores-everything')],
      { env: { ...engine.env, HOLDFAST_COOKIE: life }, stdio: 'ignore', detached: true },
    );
    sandbox.later(() => child.kill('SIGKILL'));
    const inside = await running(known);
    sandbox.later(async () => (await isAlive(inside)) && process.kill(inside, 'SIGKILL'));
    const container = { life, engine, cidFile: hasFile ? cidFile : null, isRemoved };
    const ward = {
      pid: Number(child.pid),
      startedAt: (await startOf(Number(child.pid))) ?? '',
      folder: null,
      container,
    };
    return { child, inside, ward };
  };
  return { ...recording, start };
}

const end = async (child: ChildProcess) => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};
const gone = (pid: number) => eventually(async () => !(await isAlive(pid)), { what: `the end of ${pid}` });

for (const shell of ['/bin/sh', '/bin/bash'].filter(path => existsSync(path))) {
  test(`a guardian by ${shell} ends containers by their id, or by their label, and then itself`, posix, async t => {
    const { start, orders } = await setUp(t);
    const guardian = await Guardian.start(randomUUID(), { shell });
    const [told, unnamed] = [await start('told'), await start('unnamed', { hasFile: false, isRemoved: false })];
    await end(unnamed.child);
    for (const { ward } of [told, unnamed]) await guardian.add(ward);
    assert.equal(await isAlive(unnamed.inside), true);
    guardian.end(false);
    for (const pid of [told.inside, unnamed.inside, Number(told.child.pid), guardian.pid]) await gone(pid);
    assert.deepEqual(orders().sort(), ['kill', 'rm -f']);
  });
}

test('what it was told is gone it does not ask for', posix, async t => {
  const { start, orders } = await setUp(t);
  const guardian = await Guardian.start(randomUUID());
  const { inside, ward } = await start('over');
  await guardian.add(ward);
  guardian.remove(ward.pid);
  guardian.end(false);
  await gone(guardian.pid);
  assert.equal(await isAlive(inside), true);
  assert.deepEqual(orders(), []);
});
