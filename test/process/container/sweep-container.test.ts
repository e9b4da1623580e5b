import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/process/clock.ts';
import { sweepContainer } from '../../../src/process/container/sweep-container.ts';
import { eventually } from '../../support/eventually.ts';
import { fixturePath } from '../../support/fixture.ts';
import { isAlive, withNothingLeft } from '../../support/leak-check.ts';
import { recordingEngine } from '../../support/recording-engine.ts';

/** A container whose program is dead, and another one that is nobody's. */
async function left(t: TestContext, { isRemoved = true } = {}) {
  const sandbox = await withNothingLeft(t);
  const recording = recordingEngine(sandbox);
  const { engine, containers, running } = recording;
  const start = async (label: string): Promise<number> => {
    const known = containers().map(({ id }) => id);
    const options = [...(isRemoved ? ['--rm'] : []), '--label', label];
    const inside = [process.execPath, fixturePath('ignores-everything')];
    const child = spawn(engine.file, [...engine.options, 'run', ...options, 'image', ...inside], {
      env: engine.env,
      stdio: 'ignore',
    });
    const pid = await running(known);
    sandbox.later(async () => (await isAlive(pid)) && process.kill(pid, 'SIGKILL'));
    child.kill('SIGKILL');
    return pid;
  };
  const cidFile = join(sandbox.folder, 'a.cid');
  writeFileSync(cidFile, 'of a life that is over');
  const kept = { mark: 'all', life: 'all.1', engine, cidFile, isOwnFile: true, isRemoved };
  return { ...recording, kept, start, cidFile };
}

describe('the sweep of a container', { concurrency: 2 }, () => {
  test('removes what has its label, and nothing else', async t => {
    const { start, kept, containers, cidFile } = await left(t);
    const [ours, other] = [await start('holdfast.life=all.1'), await start('holdfast.life=all.10')];
    const [found] = containers();
    assert.equal((await sweepContainer(kept, systemClock)).length, 1);
    assert.deepEqual([await isAlive(ours), await isAlive(other)], [false, true]);
    assert.ok(found !== undefined && containers().length === 1);
    assert.equal(existsSync(cidFile), false);
    assert.deepEqual(await sweepContainer(kept, systemClock), []);
  });

  test('leaves what has ended where the user wants to keep it', async t => {
    const { start, kept, containers } = await left(t, { isRemoved: false });
    const pid = await start('holdfast.life=all.1');
    process.kill(pid, 'SIGKILL');
    await eventually(async () => !(await isAlive(pid)), { what: 'its end' });
    assert.deepEqual(await sweepContainer(kept, systemClock), []);
    assert.equal(containers().length, 1);
  });

  test('says what the engine did not do, and keeps what is needed to ask again', async t => {
    const { start, kept, bend, cidFile } = await left(t);
    await start('holdfast.life=all.1');
    bend('fail-rm');
    await assert.rejects(sweepContainer(kept, systemClock), /^Error: the container \w+ could not be removed: .*denied/);
    bend('down');
    await assert.rejects(sweepContainer(kept, systemClock), /could not be asked: Cannot connect to the Docker daemon/);
    assert.equal(existsSync(cidFile), true);
  });

  test('has nobody to ask where the engine is not installed any more', async t => {
    const { kept } = await left(t);
    const engine = { ...kept.engine, file: join(kept.engine.cwd, 'docker of yesterday') };
    assert.deepEqual(await sweepContainer({ ...kept, engine }, systemClock), []);
  });
});
