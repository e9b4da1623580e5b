import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { served } from '../support/managed.ts';
import { pool } from '../support/pool.ts';

const GREETING = { uri: 'test://greeting' };
const updated = { method: 'notifications/resources/updated', params: GREETING };

describe('what one client tells a process that serves several', { concurrency: 2 }, () => {
  test('subscriptions are counted, and updates go to subscribers alone', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two, three] = [attach(), attach(), attach()];
    await three.pid();
    const received = async () => (await three.info()).received.filter(method => method.endsWith('subscribe')).join(' ');
    for (const client of [one, two])
      assert.deepEqual((await client.request('resources/subscribe', GREETING)).result, {});
    assert.equal(await received(), 'resources/subscribe');
    await one.call('touch-resource', GREETING);
    assert.deepEqual([one.told, two.told, three.told], [[updated], [updated], []]);

    assert.deepEqual((await one.request('resources/unsubscribe', GREETING)).result, {});
    await one.call('touch-resource', GREETING);
    assert.deepEqual([one.told.length, two.told.length], [1, 2]);
    two.attachment.detach();
    await eventually(async () => (await received()) === 'resources/subscribe resources/unsubscribe', {
      what: 'the last one to be given back',
    });
  });

  test('after a crash the next life knows every subscription and the level, and each client hears its own', async t => {
    const { attach, instances, of } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    await one.request('resources/subscribe', GREETING);
    await two.request('resources/subscribe', { uri: 'test://farewell' });
    await one.request('logging/setLevel', { level: 'error' });
    await two.request('logging/setLevel', { level: 'debug' });
    process.kill(instances()[0]?.pid ?? assert.fail(), 'SIGKILL');
    await eventually(() => of('server.ready').length >= 3, { what: 'the next life' });
    const { subscriptions } = await one.info();
    assert.deepEqual(subscriptions.sort(), ['test://farewell', 'test://greeting']);
    assert.equal(await one.call('log-level'), 'debug');
    await two.call('touch-resource', GREETING);
    assert.deepEqual(one.told.at(-1), updated);
    assert.ok(!two.methods.includes(updated.method));
  });

  test('a log message of the only busy client is for that one, and each level is for those who want it', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two, three] = [attach(), attach(), attach()];
    for (const client of [one, two, three]) await client.pid();
    const level = async (client: typeof one, wanted: string) =>
      assert.deepEqual((await client.request('logging/setLevel', { level: wanted })).result, {});
    await level(one, 'warning');
    await level(two, 'debug');
    assert.equal(await three.call('log-level'), 'debug', 'the most verbose');
    await level(one, 'error');
    assert.equal(await three.call('log-level'), 'debug', 'still');

    await one.call('log', { level: 'error', text: 'mine' });
    assert.deepEqual(
      [one, two, three].map(client => client.told.length),
      [1, 0, 0],
    );
    await one.call('log', { level: 'info', text: 'too much for me' });
    assert.deepEqual(
      [one, two, three].map(client => client.told.length),
      [1, 0, 0],
    );

    // While two are busy it is nobody's alone.
    const busy = three.call('slow', { ms: 1_000 });
    await eventually(async () => (await one.info()).received.at(-2) === 'tools/call', { what: 'the other call' });
    for (const wanted of ['debug', 'info', 'error']) await two.call('log', { level: wanted, text: wanted });
    assert.deepEqual(
      [one, two, three].map(client => client.told.map(({ params }) => params.data)),
      [
        ['mine', 'error'],
        ['debug', 'info', 'error'],
        ['info', 'error'],
      ],
    );
    await busy;
    two.attachment.detach();
    await eventually(async () => (await three.call('log-level')) === 'error', { what: 'the level of who is left' });
  });

  test('a level that is none is left to the server to judge', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const client = attach();
    await client.request('logging/setLevel', { level: 'loud' });
    assert.equal(await client.call('log-level'), 'loud');
  });

  test('lists that have changed are told to all, also who has only attached; what has not changed to no client', async t => {
    const { attach, heard } = await pool(t, served('changes-tools'));
    const [one, two, onlooker] = [attach(), attach(), attach()];
    await one.request('tools/list');
    await two.request('tools/list');
    await one.call('change');
    await eventually(() => [one, two, onlooker].every(({ told }) => told.length > 0), { what: 'the news' });
    for (const client of [one, two, onlooker]) assert.deepEqual(client.methods, ['notifications/tools/list_changed']);
    assert.ok(heard.includes('notifications/tools/list_changed'));
  });

  test('an announcement without a change costs no client a look', async t => {
    const { attach, heard } = await pool(t, served('well-behaved'));
    const client = attach();
    await client.call('notify-tools-changed');
    await eventually(() => heard.includes('notifications/tools/list_changed'), { what: 'the library to be told' });
    assert.deepEqual(client.told, []);
  });

  test('what a client has told goes with it to a process of its own', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    await two.pid();
    one.answer = { action: 'decline' };
    await one.request('resources/subscribe', GREETING);
    await one.request('logging/setLevel', { level: 'error' });
    const before = await one.pid();
    await one.call('ask-elicitation');
    await one.call('ask-elicitation');
    const { pid, subscriptions } = await one.info();
    assert.notEqual(pid, before);
    assert.deepEqual(subscriptions, [GREETING.uri]);
    assert.equal(await one.call('log-level'), 'error');
    await one.call('touch-resource', GREETING);
    assert.deepEqual(one.told, [updated]);
    assert.deepEqual((await two.info()).subscriptions, []);
  });

  test('progress, ids and texts of many clients at once do not cross', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const clients = Array.from({ length: 20 }, () => attach());
    await Promise.all(
      clients.map(async (client, index) => {
        const steps: unknown[] = [];
        const onProgress = (text: string) => steps.push(JSON.parse(text).params);
        const params = { name: 'progress', arguments: { steps: 3 + (index % 3), ms: 1 }, _meta: { progressToken: 7 } };
        const [answer, echo] = await Promise.all([
          client.request('tools/call', params, { onProgress }),
          client.call('echo', { text: `mark ${index}` }),
        ]);
        assert.equal(echo, `mark ${index}`);
        assert.match(JSON.stringify(answer.result), new RegExp(`${3 + (index % 3)} steps`));
        const told = steps as { progressToken: number; progress: number; total?: number }[];
        assert.ok(told.every(({ progressToken }) => progressToken === 7));
        // While the process was taken over the first calls were held, and told so.
        const own = told.filter(({ progress }) => progress > 0);
        assert.deepEqual(
          own.map(({ total }) => total),
          Array.from({ length: 3 + (index % 3) }, () => 3 + (index % 3)),
        );
      }),
    );
  });
});
