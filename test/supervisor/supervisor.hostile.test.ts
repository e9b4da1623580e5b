import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { fault, manage, quick, type ServerSpec } from '../support/managed.ts';

/** A server of a few lines, for what no fixture would do: `answer` gets each request, with `say` for raw text. */
const hostile = (answer: string, holdfast: object = {}): ServerSpec => ({
  command: process.execPath,
  args: [
    '-e',
    `const say = text => process.stdout.write(text + '\\n');
    const well = (id, result) => say(JSON.stringify({ jsonrpc: '2.0', id, result }));
    const answer = ({ id, method, params }) => { ${answer} };
    const capabilities = { tools: { listChanged: true }, resources: {} };
    const serverInfo = { name: 'hostile', version: '1' };
    require('readline').createInterface({ input: process.stdin }).on('line', line => {
      const message = JSON.parse(line);
      if (message.id === undefined || message.method === undefined) return;
      if (message.method === 'initialize') return well(message.id, { protocolVersion: '2025-11-25', capabilities, serverInfo });
      if (answer(message) === true) return;
      if (message.method === 'tools/list') return well(message.id, { tools: [{ name: 'echo', inputSchema: {} }] });
      well(message.id, { content: [{ type: 'text', text: 'well' }], resources: [] });
    });`,
  ],
  holdfast,
});

describe('a hostile server', { concurrency: 2 }, () => {
  test('an error that cannot be made a text is an error like any other', async t => {
    const { manager, text, status } = await manage(t, {
      one: hostile(`if (params?.name !== 'bad') return false;
        say('{"jsonrpc":"2.0","id":' + id + ',"error":{"code":{"toString":0,"valueOf":0},"message":{"toString":0}}}');
        return true;`),
    });
    await manager.start();
    const call = manager.request('one', 'tools/call', { name: 'bad' });
    assert.equal((await fault(call)).code, 'TOOL_CALL_FAILED');
    assert.equal(await text('echo'), 'well');
    assert.equal(status().incarnation, 1);
  });

  test('a list whose pages lead in a circle comes to an end', async t => {
    const { manager } = await manage(t, {
      one: hostile(`if (method !== 'resources/list') return false;
        well(id, { resources: [], nextCursor: params?.cursor === 'a' ? 'b' : 'a' });
        return true;`),
    });
    await manager.start();
    assert.equal((await fault(manager.listResources('one'))).code, 'TOOL_LIST_FAILED');
  });

  test('a refusal of megabytes is not kept as a whole', async t => {
    const { manager, status } = await manage(t, {
      one: hostile(
        `if (method !== 'tools/list') return false;
        say('{"jsonrpc":"2.0","id":' + id + ',"error":{"code":1,"message":"' + 'x'.repeat(1 << 20) + '"}}');
        return true;`,
        { restart: { ...quick.restart, retries: 1 } },
      ),
    });
    await manager.start();
    assert.equal(status().lastError?.code, 'TOOL_LIST_FAILED');
    assert.ok(JSON.stringify(status()).length < 64_000);
  });
});

test('a mistake of the host in a callback costs no message and no server', async t => {
  const { manager, text, status } = await manage(t, {
    one: hostile(`if (method !== 'tools/call') return false;
      const progressToken = params._meta?.progressToken;
      const note = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } };
      const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } };
      say([note, progress].map(each => JSON.stringify(each)).join('\\n'));
      return false;`),
  });
  const uncaught: unknown[] = [];
  const mistake = new Error('a mistake of the host');
  const heard = (error: unknown) => void uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', heard);
  t.after(() => {
    process.off('uncaughtException', heard);
    for (const other of others) process.on('uncaughtException', other);
  });
  const fail = () => {
    throw mistake;
  };
  manager.onNotification(fail);
  await manager.start();
  const result = await manager.callTool('one', 'echo', {}, { onProgress: fail });
  assert.equal(result.content[0]?.text, 'well');
  await eventually(() => uncaught.length === 2, { what: 'both mistakes to surface' });
  assert.deepEqual(uncaught, [mistake, mistake]);
  assert.equal(await text('echo'), 'well');
  assert.equal(status().incarnation, 1);
});
