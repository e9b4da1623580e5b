import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withNothingLeft } from '../support/leak-check.ts';
import { fault, type Managed, manage, served } from '../support/managed.ts';

/** What happened to whom, in order: `starting a`, `ready a`, `stopped a`. */
const order = ({ events }: Managed, ...types: readonly string[]): string[] =>
  events.flatMap(event =>
    'server' in event && types.includes(event.type) ? [`${event.type.replace('server.', '')} ${event.server}`] : [],
  );

describe('several servers', { concurrency: 2 }, () => {
  test('start one at a time where only one may, in the order of the configuration', async t => {
    const server = served('well-behaved');
    const managed = await manage(t, { c: server, a: server, b: server }, { holdfast: { concurrentStarts: 1 } });
    await managed.manager.start();
    assert.deepEqual(order(managed, 'server.starting', 'server.ready'), [
      'starting c',
      'ready c',
      'starting a',
      'ready a',
      'starting b',
      'ready b',
    ]);
    assert.deepEqual(
      managed.manager.status().map(({ name, state }) => [name, state]),
      [
        ['c', 'ready'],
        ['a', 'ready'],
        ['b', 'ready'],
      ],
    );
  });

  test('a failed start gives its place to the next', async t => {
    const holdfast = { restart: { retries: 0 } };
    const servers = { bad: served('exits-at-start', { holdfast }), good: served('well-behaved') };
    const { manager, status } = await manage(t, servers, { holdfast: { concurrentStarts: 1 } });
    await manager.start();
    assert.deepEqual([status('bad').state, status('good').state], ['failed', 'ready']);
  });

  test('wait for those that they depend on, and stop before them', async t => {
    const needs = (...dependsOn: string[]) => served('well-behaved', { holdfast: { dependsOn } });
    const managed = await manage(t, {
      web: needs('api'),
      api: needs('db'),
      db: served('slow-start', { args: ['200'] }),
    });
    await managed.manager.start();
    const up = order(managed, 'server.starting', 'server.ready');
    assert.deepEqual(up, ['starting db', 'ready db', 'starting api', 'ready api', 'starting web', 'ready web']);
    await managed.manager.stop();
    assert.deepEqual(order(managed, 'server.stopping', 'server.stopped'), [
      'stopping web',
      'stopped web',
      'stopping api',
      'stopped api',
      'stopping db',
      'stopped db',
    ]);
  });

  test('a dependency that fails holds nobody up', async t => {
    const holdfast = { restart: { retries: 0 } };
    const servers = {
      app: served('well-behaved', { holdfast: { dependsOn: ['broken'] } }),
      broken: served('exits-at-start', { holdfast }),
    };
    const managed = await manage(t, servers);
    await managed.manager.start();
    assert.deepEqual([managed.status('app').state, managed.status('broken').state], ['ready', 'failed']);
    assert.deepEqual(order(managed, 'server.failed', 'server.starting').at(-1), 'starting app');
  });

  test('one that rests until it is asked for starts at its first call', async t => {
    const { manager, status, text, story } = await manage(t, {
      lazy: served('well-behaved', { holdfast: { start: 'onDemand' } }),
      eager: served('well-behaved'),
    });
    await manager.start();
    assert.deepEqual(
      [status('lazy').state, status('lazy').desired, status('lazy').health],
      ['stopped', 'onDemand', 'unknown'],
    );
    assert.deepEqual(story('lazy'), []);
    const [one, two] = await Promise.all([text('add', { a: 1, b: 2 }, 'lazy'), text('add', { a: 3, b: 4 }, 'lazy')]);
    assert.deepEqual([one, two], ['3', '7']);
    assert.deepEqual(story('lazy'), ['starting', 'ready']);
    assert.equal((await fault(manager.callTool('lazy', 'ad'))).details.nearest, 'add');
  });

  test('one that is killed does not disturb the other', async t => {
    const { manager, kill, event, text, story, status } = await manage(t, {
      one: served('well-behaved'),
      two: served('well-behaved'),
    });
    await manager.start();
    const slow = text('slow', { ms: 500 }, 'two');
    kill('SIGKILL', 'one');
    await event('server.down');
    assert.equal(await slow, 'at last');
    await event('server.ready', ({ incarnation }) => incarnation === 2);
    assert.deepEqual(story('two'), ['starting', 'ready']);
    assert.deepEqual([status('one').incarnation, status('two').incarnation], [2, 1]);
  });

  test('one can be stopped while the other goes on, and started again', async t => {
    const { manager, text, status, story } = await manage(t, {
      one: served('well-behaved'),
      two: served('well-behaved'),
    });
    await manager.start();
    const open = fault(manager.callTool('one', 'hang'));
    await text('echo', {}, 'one');
    assert.deepEqual(await manager.stop('one'), { survivors: [] });
    assert.deepEqual(
      [(await open).code, (await open).mayHaveRun],
      ['PROCESS_EXITED_DURING_CALL', true],
      'a call under way ends with its server',
    );
    const refused = await fault(manager.callTool('one', 'echo'));
    assert.deepEqual([refused.code, refused.mayHaveRun], ['CONNECTION_CLOSED', false]);
    assert.equal(await text('echo', { text: 'hi' }, 'two'), 'hi');
    assert.deepEqual([...new Set((await manager.listTools()).map(({ server }) => server))], ['two']);
    await manager.start('one');
    assert.equal(status('one').state, 'ready');
    assert.deepEqual(story('one'), ['starting', 'ready', 'stopping', 'cleaned', 'stopped', 'starting', 'ready']);
  });

  test('a restart gives a new process, and the calls that came meanwhile are answered by it', async t => {
    const { manager, text, status } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    const before = await text('pid');
    const restarted = manager.restart('one');
    const pid = text('pid');
    await restarted;
    assert.notEqual(await pid, before);
    assert.equal(await pid, String(status().pid));
    assert.deepEqual(status().restarts, { total: 1, byCause: { REQUESTED: 1 } });
  });

  test('what a server offers is kept from one run to the next', async t => {
    const sandbox = await withNothingLeft(t);
    const servers = { one: served('slow-start', { args: ['1000'] }) };
    const first = await manage(t, servers, { stateDir: sandbox.folder, sandbox });
    await first.manager.start();
    const known = await first.manager.listTools();
    assert.equal(known.length, 1);
    await first.manager.close();

    const second = await manage(t, servers, { stateDir: sandbox.folder, sandbox });
    const started = second.manager.start();
    assert.deepEqual(await second.manager.listTools(), known);
    assert.deepEqual([second.status().state, second.status().tools], ['starting', 1], 'long before it is ready');
    await started;
    assert.deepEqual(second.all('catalogue.changed'), [], 'and nothing has changed');
  });

  test('an unknown name is answered with the nearest one', async t => {
    const { manager } = await manage(t, { files: served('well-behaved') });
    const { code, details } = await fault(manager.callTool('flies', 'echo'));
    assert.deepEqual([code, details.nearest], ['TOOL_SERVER_UNKNOWN', 'files']);
  });
});
