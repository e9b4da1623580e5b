import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Progress } from '../src/supervisor/client.ts';
import { eventually } from './support/eventually.ts';
import { fault, type Managed, manage, served } from './support/managed.ts';

describe('a session with a server', { concurrency: 2 }, () => {
  const check = (
    title: string,
    run: (managed: Managed) => Promise<void>,
    server = served('well-behaved'),
    options: Parameters<typeof manage>[2] = {},
  ) =>
    test(title, async t => {
      const managed = await manage(t, { one: server }, options);
      await managed.manager.start();
      await run(managed);
    });

  check('lists and reads what the server has', async ({ manager }) => {
    const names = (items: readonly Record<string, unknown>[]) => items.map(({ name }) => name);
    assert.ok(names(await manager.listTools('one')).includes('append-ledger'));
    assert.deepEqual(names(await manager.listResources('one')), ['greeting', 'farewell']);
    assert.equal((await manager.listResourceTemplates('one'))[0]?.uriTemplate, 'test://item/{id}');
    assert.deepEqual(names(await manager.listPrompts('one')), ['greet']);
    assert.match(JSON.stringify(await manager.readResource('one', 'test://item/7')), /item 7/);
    assert.match(JSON.stringify(await manager.getPrompt('one', 'greet', { name: 'Ada' })), /Say hello to Ada/);
    const params = { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 'A' } };
    assert.deepEqual(await manager.complete('one', params), {
      completion: { values: ['Ada', 'Alan'], total: 2, hasMore: false },
    });
  });

  check(
    'reads a list of many pages to its end',
    async ({ manager, status }) => {
      const tools = await manager.listTools('one');
      assert.ok(tools.length > 15 && tools.length === status().tools, `${tools.length}`);
      assert.equal(new Set(tools.map(({ name }) => name)).size, tools.length);
    },
    served('well-behaved', { env: { PAGE_SIZE: '4' } }),
  );

  check('tells an error of the server from one of ours', async ({ manager }) => {
    assert.equal((await manager.callTool('one', 'fail')).isError, true);
    const boom = await fault(manager.callTool('one', 'rpc-error'));
    assert.deepEqual(
      [boom.code, boom.details.rpcCode, boom.details.rpcData],
      ['TOOL_CALL_FAILED', -31234, { why: 'as asked' }],
    );
    const missing = await fault(manager.readResource('one', 'test://no'));
    assert.deepEqual([missing.code, missing.details.rpcCode], ['TOOL_CALL_FAILED', -32002]);
  });

  check('hears of progress, in order', async ({ manager }) => {
    const seen: Progress[] = [];
    await manager.callTool('one', 'progress', { steps: 3 }, { onProgress: progress => seen.push(progress) });
    assert.deepEqual(
      seen.map(({ progress, total, message }) => [progress, total, message]),
      [
        [1, 3, 'step 1'],
        [2, 3, 'step 2'],
        [3, 3, 'step 3'],
      ],
    );
  });

  check('ends a call by its signal, and tells the server', async ({ manager, ledger }) => {
    const controller = new AbortController();
    const call = fault(manager.callTool('one', 'write', { key: 'k', ms: 600_000 }, { signal: controller.signal }));
    await eventually(() => ledger().length > 0, { what: 'the call to run' });
    controller.abort();
    const error = await call;
    assert.deepEqual([error.code, error.mayHaveRun], ['TOOL_CALL_CANCELLED', true]);
    assert.equal((await received(manager)).filter(method => method === 'notifications/cancelled').length, 1);
  });

  check('does not even send a call that is cancelled already', async ({ manager, ledger }) => {
    const error = await fault(manager.callTool('one', 'append-ledger', {}, { signal: AbortSignal.abort() }));
    assert.deepEqual([error.code, error.mayHaveRun], ['TOOL_CALL_CANCELLED', false]);
    await manager.callTool('one', 'echo');
    assert.deepEqual(ledger(), []);
  });

  check('ends a call by its time, and tells the server', async ({ manager, all }) => {
    const error = await fault(manager.callTool('one', 'hang', {}, { timeoutMs: 50 }));
    assert.deepEqual([error.category, error.code, error.mayHaveRun], ['tool', 'TOOL_CALL_TIMEOUT', true]);
    assert.ok((await received(manager)).includes('notifications/cancelled'));
    assert.deepEqual(
      all('call.finished').map(({ tool, outcome }) => [tool, outcome]),
      [
        ['hang', 'timedOut'],
        ['session-info', 'answered'],
      ],
    );
  });

  check(
    'drops an answer that comes after the call was given up',
    async ({ manager, event, all }) => {
      const error = await fault(manager.callTool('one', 'echo', { text: 'late' }, { timeoutMs: 50 }));
      assert.equal(error.code, 'TOOL_CALL_TIMEOUT');
      assert.match((await event('server.notice')).text, /nobody waits/);
      assert.equal(all('call.finished').length, 1);
      assert.equal((await manager.listTools('one')).length, 1);
    },
    served('answers-after-cancel'),
  );

  check('keeps the log level that it was told, and passes on what the server logs', async ({ manager, text }) => {
    const heard: [string, string, unknown][] = [];
    const off = manager.onNotification((server, method, params) => heard.push([server, method, params]));
    await text('log', { level: 'info', text: 'one' });
    await manager.setLogLevel('one', 'error');
    assert.equal(await text('log', { level: 'info', text: 'two' }), 'not sent');
    off();
    await text('log', { level: 'error', text: 'three' });
    assert.deepEqual(heard, [['one', 'notifications/message', { level: 'info', logger: 'fixture', data: 'one' }]]);
  });

  check('hears of a resource while it is subscribed to it', async ({ manager, text }) => {
    const heard: unknown[] = [];
    manager.onNotification((_server, method, params) => heard.push([method, params]));
    const uri = 'test://greeting';
    await manager.subscribe('one', uri);
    assert.equal(await text('touch-resource', { uri }), 'told');
    await manager.unsubscribe('one', uri);
    assert.equal(await text('touch-resource', { uri }), 'nobody to tell');
    assert.deepEqual(heard, [['notifications/resources/updated', { uri }]]);
  });

  check(
    'follows a list that changes, and tells of it',
    async ({ manager, event }) => {
      const heard: string[] = [];
      manager.onNotification((_server, method) => heard.push(method));
      await manager.callTool('one', 'change');
      const { kind, added, removed, changed } = await event('catalogue.changed', ({ added }) =>
        added.includes('newcomer'),
      );
      assert.deepEqual([kind, added, removed, changed], ['tools', ['newcomer'], ['veteran'], ['echo']]);
      await eventually(() => heard.length > 0, { what: 'list_changed' });
      assert.deepEqual(heard, ['notifications/tools/list_changed']);
      const error = await fault(manager.callTool('one', 'newcomers'));
      assert.deepEqual([error.code, error.details.nearest], ['TOOL_UNKNOWN', 'newcomer']);
    },
    served('changes-tools'),
  );

  check('an announced change that changed nothing is told all the same', async ({ manager, all }) => {
    const heard: string[] = [];
    manager.onNotification((_server, method) => heard.push(method));
    const before = all('catalogue.changed').length;
    await manager.callTool('one', 'notify-tools-changed');
    await eventually(() => heard.length > 0, { what: 'list_changed' });
    assert.equal(all('catalogue.changed').filter(({ kind }) => kind === 'tools').length, 1, `${before}`);
  });

  check(
    'answers sampling, elicitation and roots by the handlers of the host',
    async ({ text, manager }) => {
      assert.match(await text('ask-sampling'), /"text":"one: how are you\?"/);
      assert.match(await text('ask-elicitation'), /"action":"accept"/);
      assert.match(await text('ask-roots'), /file:\/\/\/project/);
      const info = await sessionInfo(manager);
      const { capabilities } = info.initialize as { capabilities: object };
      assert.deepEqual(Object.keys(capabilities).sort(), ['elicitation', 'roots', 'sampling']);
      manager.rootsChanged();
      assert.ok((await received(manager)).includes('notifications/roots/list_changed'));
    },
    served('well-behaved'),
    {
      handlers: {
        sampling: (params, { server }) => {
          const { messages } = params as { messages: { content: { text: string } }[] };
          const text = `${server}: ${messages[0]?.content.text}`;
          return { role: 'assistant', model: 'test', content: { type: 'text', text } };
        },
        elicitation: async () => ({ action: 'accept', content: { name: 'Ada' } }),
        roots: [{ uri: 'file:///project', name: 'project' }],
      },
    },
  );

  check('declines what the host has no handler for', async ({ manager }) => {
    const answer = await manager.callTool('one', 'ask-sampling');
    assert.equal(answer.isError, true);
    assert.match(JSON.stringify(answer.content), /-32601/);
    assert.deepEqual(((await sessionInfo(manager)).initialize as { capabilities: object }).capabilities, {});
  });

  check(
    'a handler that throws is an error of its question only',
    async ({ manager, text }) => {
      assert.match(JSON.stringify((await manager.callTool('one', 'ask-elicitation')).content), /nobody is at home/);
      assert.equal(await text('echo', { text: 'still there' }), 'still there');
    },
    served('well-behaved'),
    {
      handlers: {
        elicitation: () => {
          throw new Error('nobody is at home');
        },
      },
    },
  );

  check(
    'answers a server that asks before it has answered initialize',
    async ({ status }) => assert.equal(status().state, 'ready'),
    served('asks-during-initialize'),
    { handlers: { roots: () => ({ roots: [] }) } },
  );

  check(
    'speaks the oldest version with a server that knows no other',
    async ({ status, text, manager }) => {
      assert.equal(status().protocolVersion, '2024-11-05');
      assert.equal(await text('echo', { text: 'old' }), 'old');
      assert.deepEqual(await manager.listResources('one'), [], 'it has none, and is not asked');
    },
    served('old-protocol'),
  );

  check(
    'passes what it does not know through unchanged',
    async ({ manager }) => {
      const params = '{"name":"echo","arguments":{"big":12345678901234567890,"float":1.0},"x-unknown":[1E2,-0]}';
      const answer = await manager.requestRaw(
        'one',
        `{"jsonrpc":"2.0","id":"mine","method":"x-unknown/method","params":${params}}`,
      );
      assert.match(answer, /"id" : "mine"/);
      for (const part of [
        '"big":12345678901234567890',
        '"float":1.0',
        '"exponent":1E2',
        '"x-unknown":1.0',
        '"lone":"\\ud800"',
      ])
        assert.ok(answer.includes(part), part);
      assert.ok(answer.includes(JSON.stringify(params).slice(1, -1)), 'the server received the very text');
    },
    served('fidelity'),
  );
});

async function sessionInfo(manager: Managed['manager']): Promise<Record<string, unknown>> {
  return (await manager.callTool('one', 'session-info')).structuredContent as Record<string, unknown>;
}

const received = async (manager: Managed['manager']): Promise<string[]> =>
  (await sessionInfo(manager)).received as string[];
