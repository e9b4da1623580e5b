import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Exit } from '../../../src/platform/child.ts';
import { os } from '../../../src/platform/platform.ts';
import type { ProcessGroup } from '../../../src/platform/process-group.ts';
import { systemClock } from '../../../src/process/clock.ts';
import { ContainerGroup } from '../../../src/process/container/container-group.ts';
import { shutDown } from '../../../src/process/shutdown.ts';
import { eventually } from '../../support/eventually.ts';
import { fixturePath } from '../../support/fixture.ts';
import { isAlive, withNothingLeft } from '../../support/leak-check.ts';
import { recordingEngine } from '../../support/recording-engine.ts';

/** A `run` of the recording engine in a group of its own, which is the process here alone. */
async function started(
  t: TestContext,
  { server = 'well-behaved', hasFile = true, options = ['--rm'], bend = '' } = {},
) {
  const sandbox = await withNothingLeft(t);
  const recording = recordingEngine(sandbox);
  if (bend !== '') recording.bend(bend);
  const { engine } = recording;
  const cidFile = hasFile ? join(sandbox.folder, 'id') : null;
  const args = ['run', ...options, '--label', 'holdfast.life=one', ...(cidFile === null ? [] : ['--cidfile', cidFile])];
  const image = ['image', process.execPath, fixturePath(server)];
  const child = spawn(engine.file, [...engine.options, ...args, ...image], {
    env: engine.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
  const isHere = () => child.exitCode === null && child.signalCode === null;
  const asked: string[] = [];
  const inner: ProcessGroup = {
    kind: 'group',
    level: 'swept',
    why: null,
    holds: [],
    terminate: async () => {
      asked.push('terminate');
      child.kill('SIGTERM');
    },
    kill: async () => void child.kill('SIGKILL'),
    members: async () => (isHere() ? [Number(child.pid)] : []),
    usage: async () => null,
    overrun: async () => null,
    signalNow: what => void (what === 'kill' && child.kill('SIGKILL')),
    [Symbol.dispose]: () => {},
  };
  const notices: string[] = [];
  const kept = { mark: 'all', life: 'one', engine, cidFile, isOwnFile: true, isRemoved: options.includes('--rm') };
  const onNotice = (text: string) => void notices.push(text);
  const group = new ContainerGroup(inner, { kept, pid: Number(child.pid), exited, clock: systemClock, onNotice });
  sandbox.later(async () => {
    child.kill('SIGKILL');
    for (const { pid } of recording.containers())
      if (pid !== null && (await isAlive(pid))) process.kill(pid, 'SIGKILL');
  });
  const stop = (graceMs = 5_000) =>
    shutDown(
      { pid: Number(child.pid), group, exited, closeStdin: () => child.stdin.end(), dispose: () => {} },
      { drainMs: 0, graceMs, clock: systemClock, hasten: new AbortController().signal },
    );
  return { ...recording, child, exited, group, asked, notices, stop, cidFile };
}

/** Nothing can be deaf there. */
const deaf = { skip: os === 'windows' && 'every signal is a kill there' };

describe('the group of a docker run', { concurrency: 3 }, () => {
  test('a container whose program was killed is ended by its id, politely first', async t => {
    const { child, exited, running, stop, orders, asked, notices } = await started(t, { server: 'ignores-eof' });
    const inside = await running();
    child.kill('SIGKILL');
    await exited;
    assert.equal(await isAlive(inside), true, 'or there would be nothing to do');
    const { survivors, rung, trouble } = await stop();
    assert.deepEqual([survivors, rung, trouble, notices], [[], 'terminated', null, []]);
    assert.equal(await isAlive(inside), false);
    assert.deepEqual(orders(), ['stop -t 2']);
    assert.deepEqual(asked, [], 'the program is not asked: it goes with its container');
  });

  test('one that does not listen is killed when the patience of the ladder is over', deaf, async t => {
    const { child, exited, running, stop, orders } = await started(t, { server: 'ignores-everything' });
    const inside = await running();
    child.kill('SIGKILL');
    await exited;
    const { survivors, rung } = await stop(50);
    assert.deepEqual([survivors, rung], [[], 'killed']);
    assert.equal(await isAlive(inside), false);
    assert.deepEqual(orders().slice(0, 2), ['stop -t 2', 'kill']);
  });

  test('a server that heeds the end of its stdin costs no order at all', async t => {
    const { child, exited, running, group, calls, cidFile } = await started(t);
    await running();
    assert.deepEqual(await group.members(), [child.pid]);
    assert.match(readFileSync(cidFile as string, 'utf8'), /^[0-9a-f]{64}$/);
    child.stdin.end();
    await exited;
    assert.deepEqual(await group.members(), []);
    assert.deepEqual(
      calls().map(([verb]) => verb),
      ['run', 'container'],
    );
  });

  test('questions at the same time are one', async t => {
    const { child, exited, running, group, calls } = await started(t, { server: 'ignores-everything' });
    await running();
    child.kill('SIGKILL');
    await exited;
    const answers = await Promise.all([group.members(), group.members(), group.members()]);
    assert.deepEqual(answers, [[child.pid], [child.pid], [child.pid]], 'its own number is none of this machine here');
    assert.equal(calls().filter(([verb]) => verb === 'container').length, 1);
    await group.kill();
    await group.kill();
    await eventually(async () => (await group.members()).length === 0, { what: 'its end' });
    assert.equal(calls().filter(([verb]) => verb === 'kill').length, 1);
  });

  test('before there is a container its program is asked, and what came of it is looked for by its label', async t => {
    const { stop, asked, calls, containers } = await started(t, { bend: 'slow' });
    await eventually(() => calls().length > 0, { what: 'the call' });
    const { survivors } = await stop();
    assert.deepEqual([survivors, asked], [[], ['terminate']]);
    assert.deepEqual(calls().at(-1)?.slice(0, 2), ['ps', '-aq']);
    assert.deepEqual(containers(), []);
  });

  test('without a file for its id the label does', async t => {
    const { child, exited, running, stop, orders } = await started(t, { server: 'ignores-eof', hasFile: false });
    const inside = await running();
    child.kill('SIGKILL');
    await exited;
    assert.deepEqual((await stop()).survivors, []);
    assert.equal(await isAlive(inside), false);
    assert.equal(orders().at(-1), 'stop -t 2');
  });

  test('an engine that was never reached has nothing to look for', async t => {
    for (const hasFile of [true, false]) {
      const { exited, group, calls } = await started(t, { bend: 'down', hasFile });
      assert.equal((await exited).code, 125);
      assert.deepEqual(await group.members(), []);
      assert.ok(calls().length <= 2);
    }
  });

  test('an engine that has gone away meanwhile is told, and its container counts as alive', async t => {
    const { child, exited, running, group, bend, notices } = await started(t, { server: 'ignores-everything' });
    await running();
    child.kill('SIGKILL');
    await exited;
    bend('down');
    await assert.rejects(group.members(), /^Error: the engine of its container did not do as told: Cannot connect to/);
    await group.kill();
    await eventually(() => notices.length > 0, { what: 'the notice' });
    assert.match(notices[0] as string, /did not do as told: Cannot connect to the Docker daemon/);
  });

  test('one that kills do not end is removed by force', deaf, async t => {
    const { child, exited, running, stop, bend, orders } = await started(t, { server: 'ignores-everything' });
    const inside = await running();
    child.kill('SIGKILL');
    await exited;
    for (const verb of ['stop', 'kill']) bend(`fail-${verb}`);
    assert.deepEqual((await stop(0)).survivors, []);
    assert.equal(await isAlive(inside), false);
    assert.equal(orders().at(-1), 'rm -f');
  });

  test('a process that is about to end tells the engine and does not wait', async t => {
    const { running, group } = await started(t, { server: 'ignores-everything' });
    const inside = await running();
    group.signalNow('terminate');
    group.signalNow('kill');
    await eventually(async () => !(await isAlive(inside)), { what: 'the end of the container' });
  });
});
