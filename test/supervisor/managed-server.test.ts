import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { fault, served } from '../support/managed.ts';
import { pool } from '../support/pool.ts';

const CAN_NOTHING = { capabilities: {} };

describe('clients of one server', { concurrency: 2 }, () => {
  test('that are alike share a process, and an attachment alone costs nothing', async t => {
    const { attach, numbers, instances } = await pool(t, served('well-behaved'));
    const clients = [attach(CAN_NOTHING), attach(CAN_NOTHING), attach({ capabilities: { sampling: {} } })];
    assert.deepEqual(numbers(), [1]);
    const pids = await Promise.all(clients.slice(0, 2).map(client => client.pid()));
    assert.deepEqual([new Set(pids).size, numbers()], [1, [1]]);
    assert.equal(pids[0], instances()[0]?.pid);
  });

  test('take the first process over where nobody uses it, and it is initialized anew', async t => {
    const { attach, numbers, instances, of } = await pool(t, served('well-behaved'));
    const before = instances()[0]?.pid;
    const client = attach({ capabilities: { sampling: {}, x: { n: 1 } } });
    assert.ok((await client.request('tools/list')).result?.tools, 'from the kept list, while it is restarted');
    const { pid, initialize } = await client.info();
    assert.notEqual(pid, before);
    assert.deepEqual(initialize.capabilities, { sampling: {}, x: { n: 1 } });
    assert.deepEqual(initialize.clientInfo, { name: 'holdfast', version: '0' });
    const twin = attach({ capabilities: { x: { n: 1 }, sampling: {} } });
    assert.equal(await twin.pid(), pid, 'the order of members means nothing');
    assert.deepEqual(numbers(), [1]);
    assert.deepEqual(of('server.down'), [], 'nothing has failed');
  });

  test('see what a server has for them alone without asking for anything, where the first of them can do more', async t => {
    const { attach, of, instances } = await pool(t, served('more-for-sampling'));
    const tools = (client: ReturnType<typeof attach>) =>
      (client.attachment.catalogue.list('tools') ?? []).map(({ key }) => key);
    const modest = attach(CAN_NOTHING);
    assert.deepEqual([tools(modest), of('server.ready').length], [['echo'], 1]);
    modest.attachment.detach();
    const client = attach({ capabilities: { sampling: {} } });
    assert.deepEqual(tools(client), ['echo'], 'what is known, at once');
    await eventually(() => client.methods.includes('notifications/tools/list_changed'), { what: 'the news' });
    assert.deepEqual(tools(client), ['echo', 'think']);
    const pid = instances()[0]?.pid;
    attach(CAN_NOTHING);
    attach({ capabilities: { sampling: {}, elicitation: {} } });
    assert.equal(await client.call('echo', { text: 'x' }), 'x');
    assert.equal(instances()[0]?.pid, pid, 'nobody’s coming costs those who are there');
  });

  test('to whom less is offered are not told as a loss, and starting again for them is no restart', async t => {
    const { attach, of, instances } = await pool(t, served('more-for-sampling'));
    const able = attach({ capabilities: { sampling: {} } });
    assert.equal(await able.call('think', { text: 'x' }), 'x');
    able.attachment.detach();
    const modest = attach(CAN_NOTHING);
    await modest.call('echo', { text: 'x' });
    assert.deepEqual(
      modest.attachment.catalogue.list('tools')?.map(({ key }) => key),
      ['echo'],
    );
    const [first] = instances();
    assert.deepEqual([first?.restarts.total, first?.missingTools, first?.health], [0, [], 'healthy']);
    assert.deepEqual(
      of('server.stopping').map(({ reason }) => reason),
      ['client', 'client'],
    );
    const second = attach({ capabilities: { sampling: {} } });
    await second.call('think', { text: 'x' });
    await attach({ capabilities: { elicitation: {} } }).call('echo', { text: 'x' });
    assert.equal(instances().length, 3);
    assert.deepEqual(
      of('catalogue.changed').map(({ incarnation, added, removed }) => [incarnation, added, removed]),
      [[1, ['echo'], []]],
      'the first list of all is new',
    );
  });

  test('are told from one run to the next: what is kept is compared for the same client alone', async t => {
    const sandbox = await withNothingLeft(t);
    const options = { sandbox, stateDir: join(sandbox.folder, 'state') };
    const first = await pool(t, served('more-for-sampling'), options);
    await first.attach({ capabilities: { sampling: {} } }).call('think', { text: 'x' });
    await first.attach(CAN_NOTHING).call('echo', { text: 'x' });
    await first.supervisor.close();
    const second = await pool(t, served('more-for-sampling'), options);
    assert.deepEqual(second.of('catalogue.changed'), [], 'the lists are those of the first client');
    await second.attach(CAN_NOTHING).call('echo', { text: 'x' });
    assert.deepEqual(second.of('catalogue.changed'), []);
  });

  test('wait for a start, which is not how fast the server answers', async t => {
    const lazy = served('well-behaved', { holdfast: { start: 'onDemand' } });
    const { attach, of, instances } = await pool(t, lazy, { isStarted: false });
    await attach().call('echo', { text: 'x' });
    const tookMs = of('call.finished')[0]?.tookMs ?? 0;
    const latency = instances()[0]?.latencyMs.p50 ?? Infinity;
    assert.ok(latency < tookMs - (of('server.ready')[0]?.readyMs ?? 0) / 2, `${latency} of ${tookMs} ms`);
  });

  test('that differ get a process each, by number also in events', async t => {
    const { attach, numbers, of } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(CAN_NOTHING), attach({ capabilities: { roots: {} }, roots: '{"roots":[]}' })];
    const pids = [await one.pid(), await two.pid()];
    assert.notEqual(pids[0], pids[1]);
    assert.deepEqual(numbers(), [1, 2]);
    assert.deepEqual(
      of('server.ready').map(event => [event.instance, event.pid]),
      [
        [1, pids[0]],
        [2, pids[1]],
      ],
    );
  });

  test('may come from the library, which uses the first whatever its key, and keeps it with handlers', async t => {
    const handlers = { sampling: () => ({ role: 'assistant' }) };
    const { attach, numbers, supervisor } = await pool(t, served('well-behaved'), { handlers });
    const client = attach(CAN_NOTHING);
    const library = supervisor.client('one');
    const answer = (await library.callTool('pid', {})) as { content: [{ text: string }] };
    assert.notEqual(Number(answer.content[0].text), await client.pid());
    assert.deepEqual(numbers(), [1, 2]);
    assert.match(JSON.stringify(await library.callTool('ask-sampling', {})), /assistant/);
  });

  test('are refused with a stopped server, and served again after a start', async t => {
    const { attach, supervisor, numbers } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(CAN_NOTHING), attach({ capabilities: { sampling: {} } })];
    await one.pid();
    await two.pid();
    assert.deepEqual(await supervisor.stop(['one']), []);
    assert.deepEqual(numbers(), [1]);
    assert.equal((await fault(two.pid())).code, 'CONNECTION_CLOSED');
    await supervisor.start(['one']);
    assert.notEqual(await one.pid(), await two.pid());
  });

  test('go with a restart of all processes', async t => {
    const { attach, supervisor } = await pool(t, served('well-behaved'));
    const clients = [attach(CAN_NOTHING), attach({ capabilities: { sampling: {} } })];
    const before = await Promise.all(clients.map(client => client.pid()));
    await supervisor.restart('one');
    const after = await Promise.all(clients.map(client => client.pid()));
    assert.equal(new Set([...before, ...after]).size, 4);
  });
});

describe('a question of the server', { concurrency: 2 }, () => {
  test('goes to the only client with a call in flight, and nobody else may answer it', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    await one.pid();
    await two.pid();
    const asking = two.call('ask-elicitation');
    await two.isAsked();
    const { id } = two.asked[0] ?? assert.fail();
    assert.ok(id > 1_000 && Number.isSafeInteger(id));
    assert.equal(one.reply(id, { action: 'stolen' }), false);
    assert.equal(two.reply(id, { action: 'accept', content: { name: 'two' } }), true);
    assert.match(await asking, /"two"/);
    assert.deepEqual(one.asked, []);
  });

  test('that may be for one of two is answered with an error, and the tool then runs apart', async t => {
    const { attach, numbers } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    const [pid] = [await one.pid(), await two.pid()];
    const busy = one.call('slow', { ms: 2_000 });
    await eventually(async () => (await two.info()).received.filter(method => method === 'tools/call').length >= 4, {
      what: 'the other call',
    });
    assert.match(await two.call('ask-elicitation'), /cannot be told whom/);
    assert.deepEqual([one.asked, two.asked], [[], []]);
    two.answer = { action: 'accept', content: { name: 'two' } };
    assert.match(await two.call('ask-elicitation'), /"two"/, 'on a process of its own, while the other call goes on');
    assert.deepEqual(numbers(), [1, 2]);
    assert.notEqual(await two.pid(), pid, 'and the client stays there');
    assert.equal(await busy, 'at last');
    assert.deepEqual(one.asked, []);
  });

  test('delays nobody, however many clients never answer', async t => {
    const { attach, numbers } = await pool(t, served('well-behaved'));
    const teacher = attach();
    teacher.answer = { action: 'decline' };
    await teacher.call('ask-elicitation');
    const silent = attach();
    const open = fault(silent.call('ask-elicitation'));
    await silent.isAsked();
    const [one, two] = [attach(), attach()];
    one.answer = { action: 'accept', content: { name: 'one' } };
    two.answer = { action: 'accept', content: { name: 'two' } };
    const texts = await Promise.all([
      one.call('ask-elicitation'),
      two.call('ask-elicitation'),
      teacher.call('echo', { text: 'x' }),
    ]);
    assert.match(texts[0], /"one"/);
    assert.match(texts[1], /"two"/);
    assert.equal(texts[2], 'x');
    silent.attachment.detach();
    assert.equal((await open).code, 'TOOL_CALL_CANCELLED');
    assert.ok(numbers().length <= 4);
  });

  test('about a call that was given up goes to nobody else', async t => {
    const { attach, supervisor } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    await one.pid();
    await two.pid();
    const controller = new AbortController();
    const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hang"}}';
    const given = fault(one.attachment.request(text, { deadline: Infinity, signal: controller.signal }));
    await eventually(() => supervisor.status()[0]?.inFlight === 1, { what: 'the call' });
    controller.abort();
    await given;
    assert.match(await two.call('ask-sampling'), /cannot be told whom/);
    assert.deepEqual([one.asked, two.asked], [[], []]);
  });

  test('is answered with an error when its client goes, and the own process of that client ends', async t => {
    const { attach, instancesAre, supervisor } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    one.answer = { action: 'decline' };
    await one.call('ask-elicitation');
    await two.pid();
    const open = fault(two.call('ask-elicitation'));
    await two.isAsked();
    await instancesAre(1, 2);
    two.attachment.detach();
    assert.equal((await open).code, 'TOOL_CALL_CANCELLED');
    assert.equal(two.reply(two.asked[0]?.id ?? 0, {}), false);
    await instancesAre(1);
    assert.equal((await fault(two.pid())).code, 'CONNECTION_CLOSED');
    assert.equal(supervisor.status()[0]?.state, 'ready');
  });

  test('for the roots is answered from what the client has told', async t => {
    const roots = '{"roots":[{"uri":"file:///a","n":1.0}]}';
    const { attach } = await pool(t, served('well-behaved'));
    const client = attach({ capabilities: { roots: { listChanged: true } }, roots });
    assert.match(await client.call('ask-roots'), /"uri":"file:\/\/\/a"/);
    assert.deepEqual(client.asked, []);
    const { pid } = await client.info();
    client.attachment.setProfile({
      capabilities: { roots: { listChanged: true } },
      roots: '{"roots":[{"uri":"file:///b"}]}',
      clientInfo: { name: 'fake', version: '1' },
    });
    assert.match(await client.call('ask-roots'), /file:\/\/\/b/);
    const { pid: after, received } = await client.info();
    assert.equal(after, pid, 'it is alone there, so it stays');
    assert.equal(received.filter(method => method === 'notifications/roots/list_changed').length, 1);
  });

  test('for roots that have changed moves a client away that is not alone', async t => {
    const capabilities = { roots: {} };
    const profile = { capabilities, roots: '{"roots":[]}', clientInfo: { name: 'fake', version: '1' } };
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(profile), attach(profile)];
    const pids = [await one.pid(), await two.pid()];
    assert.equal(pids[0], pids[1]);
    two.attachment.setProfile({ ...profile, roots: '{"roots":[{"uri":"file:///b"}]}' });
    assert.match(await two.call('ask-roots'), /file:\/\/\/b/);
    assert.match(await one.call('ask-roots'), /\{"roots":\[\]\}/);
  });
});

describe('many clients of one server', { concurrency: 1 }, () => {
  test('each gets its own answers, questions, progress and cancellations, and nobody another’s', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const teacher = attach();
    teacher.answer = { action: 'decline', role: 'assistant' };
    for (const tool of ['ask-elicitation', 'ask-sampling']) await teacher.call(tool);
    const clients = Array.from({ length: 6 }, (_, index) => ({ client: attach(), mark: `mark-${index}` }));
    await Promise.all(
      clients.map(async ({ client, mark }) => {
        client.answer = { action: 'accept', role: 'assistant', content: { name: mark } };
        const progress: string[] = [];
        const controller = new AbortController();
        const cancelled = fault(client.request('tools/call', { name: 'hang' }, { signal: controller.signal }));
        const params = { name: 'progress', arguments: { steps: 2, ms: 5 }, _meta: { progressToken: mark } };
        const [echo, elicited, sampled] = await Promise.all([
          client.call('echo', { text: mark }),
          client.call('ask-elicitation'),
          client.call('ask-sampling'),
          client.request('tools/call', params, { onProgress: text => progress.push(text) }),
        ]);
        controller.abort();
        assert.equal((await cancelled).code, 'TOOL_CALL_CANCELLED');
        assert.equal(echo, mark);
        for (const text of [elicited, sampled]) assert.ok(text.includes(mark), text);
        assert.deepEqual(client.asked.map(({ method }) => method).sort(), [
          'elicitation/create',
          'sampling/createMessage',
        ]);
        assert.ok(progress.length >= 2 && progress.every(text => text.includes(mark)));
      }),
    );
    assert.equal(new Set(await Promise.all(clients.map(({ client }) => client.pid()))).size, clients.length);
  });

  test('a task is for its client alone', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const [one, two] = [attach(), attach()];
    const pids = [await one.pid(), await two.pid()];
    assert.equal(pids[0], pids[1]);
    await two.request('tools/call', { name: 'echo', arguments: {}, task: { ttl: 1_000 } });
    assert.notEqual(await two.pid(), pids[0]);
  });
});
