import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Clock, systemClock } from '../../src/process/clock.ts';
import { IDLE_MS } from '../../src/supervisor/idle-watch.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { fault, served } from '../support/managed.ts';
import { pool } from '../support/pool.ts';

/** Idle instances end at once, and the test knows that they would have had their time. */
function hasty(): { clock: Clock; waited: () => number } {
  let waited = 0;
  const clock: Clock = {
    ...systemClock,
    setTimer(ms, run) {
      if (ms === IDLE_MS) waited++;
      return systemClock.setTimer(ms === IDLE_MS ? 20 : ms, run);
    },
  };
  return { clock, waited: () => waited };
}

const perClient = served('well-behaved', { holdfast: { sharing: 'perClient' } });

describe('the processes of one server', { concurrency: 2 }, () => {
  test('one that no client uses any more ends after a while, but never the first', async t => {
    const { clock, waited } = hasty();
    const { attach, instancesAre, numbers } = await pool(t, served('well-behaved'), { clock });
    const [one, two] = [attach({ capabilities: {} }), attach({ capabilities: { sampling: {} } })];
    await one.pid();
    await two.pid();
    assert.deepEqual([numbers(), waited()], [[1, 2], 0]);
    one.attachment.detach();
    two.attachment.detach();
    await instancesAre(1);
    assert.equal(waited(), 1);
  });

  test('one that is left idle serves who comes back in time', async t => {
    const { attach, numbers } = await pool(t, served('well-behaved'));
    const [one, two] = [attach({ capabilities: {} }), attach({ capabilities: { sampling: {} } })];
    await one.pid();
    const pid = await two.pid();
    two.attachment.detach();
    assert.equal(await attach({ capabilities: { sampling: {} } }).pid(), pid);
    assert.deepEqual(numbers(), [1, 2]);
  });

  test('one that a tool has for its client alone is left to no other, and the client alone keeps what it has', async t => {
    const { attach, numbers } = await pool(t, served('well-behaved'));
    const one = attach();
    one.answer = { action: 'decline' };
    const pid = await one.pid();
    await one.call('ask-elicitation');
    await one.call('ask-elicitation');
    assert.equal(await one.pid(), pid, 'nobody else was there');
    const two = attach();
    assert.notEqual(await two.pid(), pid);
    assert.deepEqual(numbers(), [1, 2]);
    one.attachment.detach();
    assert.deepEqual(numbers(), [1, 2], 'the first stays');
  });

  test('clients cannot cause more processes than the limit; who needs one more is told so, and served when one is free', async t => {
    const { attach, numbers } = await pool(t, served('well-behaved', { holdfast: { maxInstances: 2 } }));
    const [one, two, three] = [{}, { sampling: {} }, { elicitation: {} }].map(capabilities => attach({ capabilities }));
    await one?.pid();
    await two?.pid();
    const refused = await fault(three?.pid() ?? assert.fail());
    assert.deepEqual([refused.code, refused.mayHaveRun], ['RESOURCE_INSTANCES_FULL', false]);
    two?.attachment.detach();
    const { initialize } = (await three?.info()) ?? assert.fail();
    assert.deepEqual(initialize.capabilities, { elicitation: {} });
    assert.deepEqual(numbers(), [1, 2]);
  });

  test('the spare is within the limit, too', async t => {
    const holdfast = { sharing: 'perClient', maxInstances: 2 };
    const { attach, numbers } = await pool(t, served('well-behaved', { holdfast }));
    for (const client of [attach(), attach()]) await client.pid();
    assert.equal((await fault(attach().pid())).code, 'RESOURCE_INSTANCES_FULL');
    assert.deepEqual(numbers(), [1, 2]);
  });

  test('with one for each client, each has its own, is introduced itself, and finds a spare warm', async t => {
    const { attach, numbers, instances, instancesAre } = await pool(t, perClient);
    assert.deepEqual(numbers(), [1], 'no client, no spare');
    const clients = [attach(), attach(), attach()];
    const infos = [];
    for (const client of clients) infos.push(await client.info());
    assert.equal(new Set(infos.map(({ pid }) => pid)).size, 3);
    assert.deepEqual(infos[0]?.initialize.clientInfo, { name: 'fake', version: '1' });
    assert.deepEqual(numbers(), [1, 2, 3, 4], 'and a spare');
    await eventually(() => instances().at(-1)?.state === 'ready', { what: 'a warm spare' });
    const spare = instances().at(-1)?.pid;
    assert.equal(await attach().pid(), spare);
    clients[2]?.attachment.detach();
    await instancesAre(1, 2, 4, 5);
  });

  test('with one for each client, a process forgets its client before the next one comes', async t => {
    const { attach, instances } = await pool(t, perClient);
    const one = attach();
    await one.call('write', { key: 'secret', value: 'of one' });
    const pid = await one.pid();
    assert.equal(instances()[0]?.pid, pid, 'it had the first');
    one.attachment.detach();
    for (let i = 0; i < 3; i++) {
      const next = attach();
      assert.notEqual(await next.pid(), pid);
      assert.equal(await next.call('read', { key: 'secret' }), '');
    }
  });

  test('the last client’s profile is kept, so that the next start is for the same client already', async t => {
    const sandbox = await withNothingLeft(t);
    const options = { sandbox, stateDir: join(sandbox.folder, 'state') };
    const profile = { capabilities: { sampling: {}, roots: {} }, roots: '{"roots":[]}' };
    const first = await pool(t, served('well-behaved'), options);
    const client = first.attach(profile);
    client.answer = { role: 'assistant' };
    await client.call('ask-sampling');
    await first.supervisor.close();

    const second = await pool(t, served('well-behaved'), options);
    const { pid } = second.instances()[0] ?? assert.fail();
    const again = second.attach(profile);
    const { initialize, pid: own } = await again.info();
    assert.deepEqual([own, initialize.capabilities], [pid, profile.capabilities]);
    const other = second.attach(profile);
    await other.pid();
    again.answer = { role: 'assistant' };
    await again.call('ask-sampling');
    assert.notEqual(await again.pid(), pid, 'that the tool asks was kept, too');
  });

  test('what a server said of itself is known before it is started, and asked for where it is not', async t => {
    const sandbox = await withNothingLeft(t);
    const stateDir = join(sandbox.folder, 'state');
    const lazy = served('well-behaved', { holdfast: { start: 'onDemand' } });
    const options = { sandbox, stateDir, isStarted: false };
    const first = await pool(t, lazy, options);
    const { attachment } = first.attach();
    const words = () => attachment.handshake?.result ?? '';
    assert.equal(words(), '');
    await attachment.whenKnown(new AbortController().signal);
    assert.match(words(), /"serverInfo"/);
    await eventually(() => attachment.catalogue.list('tools') !== null, { what: 'the tools' });
    await first.supervisor.close();
    const [file] = readdirSync(join(stateDir, 'catalogue'));
    assert.match(readFileSync(join(stateDir, 'catalogue', file ?? ''), 'utf8'), /"version":2/);

    const second = await pool(t, lazy, options);
    const client = second.attach();
    assert.match(client.attachment.handshake?.result ?? '', /"serverInfo"/);
    await client.attachment.whenKnown(AbortSignal.abort());
    assert.ok((await client.request('tools/list')).result?.tools);
    assert.deepEqual(second.of('server.starting'), [], 'nothing was started for that');
    assert.equal(await client.call('echo', { text: 'awake' }), 'awake');
  });

  test('why a server cannot be known is told to who waits for it', async t => {
    const broken = served('exits-at-start', { holdfast: { start: 'onDemand', restart: { retries: 0 } } });
    const { attach } = await pool(t, broken, { isStarted: false });
    const { attachment } = attach();
    assert.match((await fault(attachment.whenKnown(new AbortController().signal))).code, /^PROCESS_/);
    const down = await pool(t, served('well-behaved'), { isStarted: false });
    const never = down.attach().attachment.whenKnown(new AbortController().signal);
    assert.equal((await fault(never)).code, 'CONNECTION_CLOSED');
    const slow = await pool(t, served('never-initializes'), { isStarted: false });
    void slow.supervisor.start(['one']);
    const controller = new AbortController();
    const { attachment: late } = slow.attach();
    const waiting = late.whenKnown(controller.signal);
    assert.equal(late.waitingFor, 'starting one, attempt 1 of 4');
    controller.abort();
    assert.equal((await fault(waiting)).code, 'TOOL_CALL_CANCELLED');
  });

  test('a call that waits for its server hears what for, in figures that rise and stay below the server’s', async t => {
    const spec = served('fails-first-starts', { args: ['2'], holdfast: { start: 'onDemand' } });
    const { attach } = await pool(t, spec, { isStarted: false });
    const told: { progressToken: unknown; progress: number; message: string }[] = [];
    const params = { name: 'echo', arguments: { text: 'x' }, _meta: { progressToken: 'tok\u00e9n' } };
    const answer = await attach().request('tools/call', params, {
      onProgress: text => told.push(JSON.parse(text).params),
    });
    assert.equal(answer.error, undefined);
    assert.ok(told.every(({ progressToken }) => progressToken === 'tok\u00e9n'));
    const figures = told.map(({ progress }) => progress);
    assert.ok(figures.every((figure, index) => figure < 0 && (index === 0 || figure > (figures[index - 1] ?? 0))));
    const words = told.map(({ message }) => message).filter(message => message.startsWith('starting'));
    assert.deepEqual(words, [
      'starting one, attempt 1 of 4',
      'starting one, attempt 2 of 4',
      'starting one, attempt 3 of 4',
    ]);
  });
});
