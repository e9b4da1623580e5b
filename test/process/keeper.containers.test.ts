import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clock, systemClock } from '../../src/process/clock.ts';
import type { KeptContainer } from '../../src/process/container/kept-container.ts';
import { readJournal } from '../../src/process/journal.ts';
import { Keeper } from '../../src/process/keeper.ts';
import type { LaunchPlan } from '../../src/process/launch-plan.ts';
import type { Leftover } from '../../src/process/leftovers.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fixturePath } from '../support/fixture.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { recordingEngine } from '../support/recording-engine.ts';

async function setUp(t: TestContext) {
  const sandbox = await withNothingLeft(t);
  const recording = recordingEngine(sandbox);
  const notices: string[] = [];
  const swept: (readonly Leftover[])[] = [];
  const keeper = (clock: Clock = systemClock) => {
    const made = new Keeper({
      stateDir: sandbox.folder,
      clock,
      notice: text => void notices.push(text),
      onSwept: found => void swept.push(found),
    });
    sandbox.later(() => made.close());
    return made;
  };
  const { engine } = recording;
  const container = {
    globals: engine.options.length,
    optionsAt: 2,
    cidFile: null,
    takesCidFile: true,
    isRemoved: true,
  };
  const { file, options, env, cwd } = engine;
  const inside = ['-i', '--rm', 'image', process.execPath, fixturePath('ignores-everything')];
  const plan: LaunchPlan = {
    file,
    args: [...options, 'run', ...inside],
    env,
    cwd,
    launch: 'resolved',
    why: 'a test',
    mayDownload: true,
    withheld: [],
    container,
  };
  return { ...recording, sandbox, keeper, notices, swept, plan };
}

test('a container is in the journal, with how to end it, from before there is one', async t => {
  const { keeper, plan, sandbox, engine } = await setUp(t);
  const one = keeper();
  const { cookie, container, gone } = await one.expect('fetch', plan);
  const cidFile = join(sandbox.folder, 'containers', `${cookie}.cid`);
  const [life] = readJournal(readFileSync(one.status.journal.path as string, 'utf8'))?.lives ?? [];
  assert.deepEqual(life?.container, container);
  assert.deepEqual([container?.cidFile, container?.life], [cidFile, cookie]);
  assert.equal(cookie.startsWith(container?.mark ?? 'no mark'), true);
  assert.deepEqual(container?.engine.options, engine.options);
  writeFileSync(cidFile, '');
  gone();
  assert.equal(existsSync(cidFile), false);
});

/** What a manager that was killed, and its guardian, have left. */
async function leave(t: TestContext, bootId: string) {
  const made = await setUp(t);
  const { sandbox, engine, running } = made;
  spawn(
    engine.file,
    [...made.plan.args.slice(0, 2), '--rm', '--label', 'holdfast.life=dead.1', ...made.plan.args.slice(4)],
    {
      env: engine.env,
      stdio: 'ignore',
      detached: true,
    },
  ).unref();
  const pid = await running();
  sandbox.later(async () => (await isAlive(pid)) && process.kill(pid, 'SIGKILL'));
  const container: KeptContainer = {
    mark: 'dead',
    life: 'dead.1',
    engine,
    cidFile: null,
    isOwnFile: false,
    isRemoved: true,
  };
  const lines = [
    { type: 'manager', mark: 'dead', pid: 2 ** 30, startedAt: '1', bootId },
    { type: 'expected', cookie: 'dead.1', server: 'fetch', container },
    { type: 'born', cookie: 'dead.1', pid: 2 ** 30, startedAt: '1' },
  ];
  mkdirSync(join(sandbox.folder, 'journal'));
  writeFileSync(
    join(sandbox.folder, 'journal', 'dead.journal'),
    lines.map(line => `${JSON.stringify(line)}\n`).join(''),
    { mode: 0o600 },
  );
  return { ...made, pid };
}

test('the next start removes what is left, also what an engine has started again after the machine’s end', async t => {
  const { keeper, swept, containers, pid } = await leave(t, 'another boot');
  const [found] = containers();
  await keeper().expect('fetch');
  assert.deepEqual(swept, [[{ server: 'fetch', pids: [], survivors: [], containers: [found?.id] }]]);
  assert.equal(await isAlive(pid), false);
});

test('an engine that cannot be asked is asked again at the start after', async t => {
  const { keeper, notices, swept, bend, straighten, sandbox } = await leave(t, 'another boot');
  const journals = () => readdirSync(join(sandbox.folder, 'journal')).length;
  bend('down');
  const first = keeper();
  await first.expect('fetch');
  assert.match(notices.join(), /^leftovers of an earlier run: fetch: .* could not be asked: Cannot connect/);
  assert.deepEqual([swept.length, journals()], [0, 2]);
  straighten('down');
  await keeper().expect('fetch');
  assert.equal(swept.length, 1);
  assert.equal(existsSync(join(sandbox.folder, 'journal', 'dead.journal')), false);
});

test('an engine that hangs does not hold up the servers: it is asked on the side', async t => {
  const { keeper, notices, bend, calls } = await leave(t, 'another boot');
  bend('hang-ps');
  const clock = new FakeClock();
  const one = keeper(clock);
  const expecting = one.expect('files');
  await eventually(() => calls().some(([verb]) => verb === 'ps'), { what: 'the question' });
  // Below the time that a server has to spawn.
  await clock.advance(3_000);
  assert.match((await expecting).cookie, /\.00000001$/);
  assert.deepEqual([one.status.lastSweep, notices], [null, []]);
  await clock.advance(10_000);
  await eventually(() => one.status.lastSweep !== null, { what: 'the end of the sweep' });
  assert.match(notices.join(), /^leftovers of an earlier run: fetch: .* did not answer within 10 s$/);
});
