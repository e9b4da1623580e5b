// Servers behind `docker run`: their containers are nobody's children here, and end all the same. The engine is a recording one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { fixturePath } from '../support/fixture.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { configOf, manage, type ServerSpec } from '../support/managed.ts';
import { recordingEngine } from '../support/recording-engine.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const posix = { skip: os === 'windows' && 'a script is no program there, and only a program is recognised' };
const stop = { drainMs: 100, graceMs: 100 };
const patient = { drainMs: 100, graceMs: 10_000 };

async function setUp(t: TestContext, server: string) {
  const sandbox = await withNothingLeft(t);
  const recording = recordingEngine(sandbox);
  const inside = ['image', process.execPath, fixturePath(server)];
  const boxed: ServerSpec = {
    command: recording.docker,
    args: ['run', '-i', '--rm', ...inside],
    env: recording.env,
    holdfast: { stop },
  };
  sandbox.later(async () => {
    for (const { pid } of recording.containers())
      if (pid !== null && (await isAlive(pid))) process.kill(pid, 'SIGKILL');
  });
  return { sandbox, boxed, inside, stateDir: join(sandbox.folder, 'state'), ...recording };
}

describe('servers in containers', { concurrency: 2 }, () => {
  test('a server in a container is served, shown as it runs, and ended by the engine', posix, async t => {
    const { sandbox, boxed, inside, stateDir, docker, running, orders } = await setUp(t, 'ignores-eof');
    const { manager, status, event, events } = await manage(
      t,
      { boxed: { ...boxed, holdfast: { stop: patient } } },
      { sandbox, stateDir },
    );
    await manager.start();
    const { command, container, launch, launchReason } = status();
    const [cidFile = '', ...marks] = command.filter(word => /^(?:holdfast\.|.*\.cid$)/.test(word));
    assert.deepEqual(
      command.map(word => (word === cidFile ? 'FILE' : word.replace(/=.*/, ''))),
      [
        docker,
        'run',
        '--cidfile',
        'FILE',
        '--label',
        'holdfast.manager',
        '--label',
        'holdfast.life',
        '--init',
        '-i',
        '--rm',
        ...inside,
      ],
    );
    assert.equal(marks.length, 2);
    assert.deepEqual((await event('server.starting')).command, command);
    assert.deepEqual([container?.kind, launch], ['container', 'resolved']);
    assert.match(launchReason ?? '', /; the container of image is ended with it$/);
    assert.equal(
      events.some(({ type }) => type === 'server.notice'),
      false,
    );
    assert.equal(existsSync(cidFile), true);

    const pid = await running();
    assert.deepEqual(await manager.stop(), { survivors: [] });
    assert.equal(await isAlive(pid), false);
    assert.equal(orders()[0], 'stop -t 2');
    assert.deepEqual(readdirSync(join(stateDir, 'containers')), []);
  });

  test('when its docker is killed its container is ended before there is another one', posix, async t => {
    const { sandbox, boxed, running, containers } = await setUp(t, 'ignores-eof');
    const { manager, kill, event } = await manage(t, { boxed }, { sandbox });
    await manager.start();
    const first = await running();
    const known = containers().map(({ id }) => id);
    kill();
    await event('server.ready', ({ incarnation }) => incarnation === 2);
    assert.equal(await isAlive(first), false);
    assert.notEqual(await running(known), first);
  });

  for (const alsoTheGuardian of [false, true]) {
    const title = alsoTheGuardian
      ? 'when manager and guardian are killed the next start ends the container'
      : 'when the manager is killed its container is gone within two seconds';
    test(title, posix, async t => {
      const { sandbox, boxed, stateDir, running } = await setUp(t, 'ignores-everything');
      const module = new URL(`../../src/manager${extname(import.meta.url)}`, import.meta.url).href;
      const script = `
      import { createManager } from ${JSON.stringify(module)};
      const config = ${JSON.stringify({ mcpServers: configOf({ boxed }, sandbox) })};
      const manager = await createManager({ config, stateDir: ${JSON.stringify(stateDir)} });
      await manager.start();
      console.log(manager.containment().guardian.pid);
      setInterval(() => {}, 60_000);`;
      const host = spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: sandbox.folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      sandbox.later(() => host.kill('SIGKILL'));
      const guardian = Number(await new Promise(resolve => host.stdout.once('data', resolve)));
      const pid = await running();
      host.kill('SIGSTOP');
      if (alsoTheGuardian) process.kill(guardian, 'SIGKILL');
      const from = performance.now();
      host.kill('SIGKILL');
      await once(host, 'exit');
      if (alsoTheGuardian) {
        assert.equal(await isAlive(pid), true);
        const { manager, event } = await manage(t, { boxed }, { sandbox, stateDir });
        await manager.start();
        const { found } = await event('manager.swept');
        assert.deepEqual(
          found.map(({ server, containers }) => [server, containers.length]),
          [['boxed', 1]],
        );
        assert.equal(await isAlive(pid), false);
      } else {
        await eventually(async () => !(await isAlive(pid)), { what: 'the end of the container' });
        const tookMs = Math.round(performance.now() - from);
        t.diagnostic(`the container was gone after ${tookMs} ms`);
        assert.ok(tookMs < 2_000, `${tookMs} ms`);
      }
    });
  }

  test('a container that hears nothing is told of', posix, async t => {
    const { sandbox, boxed } = await setUp(t, 'well-behaved');
    const holdfast = { restart: { retries: 0 }, stop };
    const args = boxed.args?.filter(word => word !== '-i' && word !== '--rm') ?? [];
    const { manager, event } = await manage(t, { boxed: { ...boxed, args, holdfast } }, { sandbox });
    void manager.start();
    assert.match((await event('server.notice')).text, /^"docker run" without -i gives the server no stdin/);
    assert.match((await event('server.notice', () => true, 2)).text, /^each start leaves a stopped container/);
  });
});
