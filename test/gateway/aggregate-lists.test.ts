import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { ANSWER_MS } from '../../src/gateway/in-time.ts';
import { FIRST_LIST_MS } from '../../src/gateway/patience.ts';
import { AggregateClient } from './aggregate-client.ts';
import { ask, callOptions, FakeServer } from './fake-server.ts';

const LIST_CHANGED = 'notifications/tools/list_changed';
const known = (name: string, ...tools: string[]) =>
  new FakeServer(name).heard({ tools: {} }, { tools: tools.map(tool => ({ name: tool })) });
const broken = (name: string) => {
  const server = new FakeServer(name);
  server.fails(new HoldfastError('PROCESS_COMMAND_NOT_FOUND', { server: name, details: { command: 'x' } }));
  return server;
};
/** A server says that its tools have changed, after the catalogue has followed. */
const announces = (server: FakeServer, method = LIST_CHANGED) => {
  for (const { client } of server.attachments) client.onNotification(`{"method":"${method}"}`);
};

test('the lists of all servers are one, in the order of the configuration, each item as it is but for its name', async () => {
  const files = new FakeServer('files').heard({ tools: {}, resources: {}, prompts: {} });
  files.catalogue.replace('tools', [{ key: 'read', raw: '{"x":1.0,"name":"read"}' }]);
  files.lists('resources', [{ uri: 'file:///a' }]);
  files.lists('resourceTemplates', [{ uriTemplate: 'file:///{+p}' }]);
  files.lists('prompts', [{ name: 'greet' }]);
  const client = new AggregateClient([files, known('web', 'fetch')]);
  assert.equal(
    await client.session.request(ask('tools/list', { _meta: {} }, 'a'), callOptions),
    '{"jsonrpc":"2.0","id":"a","result":{"tools":[{"x":1.0,"name":"files__read"},{"name":"web__fetch"}]}}',
  );
  assert.deepEqual(await client.list('resources/list'), ['file:///a']);
  assert.deepEqual(await client.list('resources/templates/list'), ['file:///{+p}']);
  assert.deepEqual(await client.list('prompts/list'), ['files__greet']);
  assert.deepEqual(files.requests, []);
});

test('an empty list is given where it is the truth', async () => {
  assert.deepEqual(await new AggregateClient([known('files', 'read')]).list('prompts/list'), []);
  assert.deepEqual(await new AggregateClient([]).list('tools/list'), []);
});

test('the tools of a server that a person has stopped leave the list, and come back', async () => {
  const files = known('files', 'read');
  const client = new AggregateClient([files, known('web', 'fetch')]);
  await client.initialize();
  assert.deepEqual(await client.list('tools/list'), ['files__read', 'web__fetch']);
  files.stopped = true;
  client.backend.review();
  assert.deepEqual(client.told(), [LIST_CHANGED]);
  assert.deepEqual(await client.list('tools/list'), ['web__fetch']);
  files.stopped = false;
  client.backend.review();
  await client.clock.advance(100);
  assert.deepEqual(client.told(), [LIST_CHANGED]);
});

test('a first list waits for a server that was never heard', async () => {
  const files = new FakeServer('files');
  const client = new AggregateClient([files, known('web', 'fetch')]);
  await client.initialize();
  const list = client.list('tools/list');
  await client.clock.advance(FIRST_LIST_MS - 1);
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  assert.deepEqual(await list, ['files__read', 'web__fetch']);
  assert.deepEqual(client.told(), []);
  assert.deepEqual(client.clock.pending, []);
});

test('a list that was never read is asked of its server, page by page', async () => {
  const files = new FakeServer('files').heard({ tools: {} });
  files.answers.set('tools/list', ({ text }) =>
    text.includes('"cursor":"2"') ? '{"tools":[{"name":"b"}]}' : '{"tools":[{"name":"a"}],"nextCursor":"2"}',
  );
  const client = new AggregateClient([files]);
  assert.deepEqual(await client.list('tools/list'), ['files__a', 'files__b']);
  assert.deepEqual(await client.list('tools/list'), ['files__a', 'files__b']);
  assert.equal(files.requests.length, 2);
  files.lists('tools', [{ name: 'c' }]);
  assert.deepEqual(await client.list('tools/list'), ['files__c']);
});

test('after its patience a list has what there is, and the rest is announced when it comes', async () => {
  const files = new FakeServer('files');
  const client = new AggregateClient([files, known('web', 'fetch')]);
  await client.initialize();
  const list = client.list('tools/list');
  await client.clock.advance(FIRST_LIST_MS);
  assert.deepEqual(await list, ['web__fetch']);
  // The patience is for the first list alone.
  assert.deepEqual(await client.list('tools/list'), ['web__fetch']);
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  await client.clock.advance(0);
  assert.deepEqual(client.told(), [LIST_CHANGED]);
  assert.deepEqual(await client.list('tools/list'), ['files__read', 'web__fetch']);
});

test('a client that only listens is told of what comes, too', async () => {
  const files = new FakeServer('files');
  const listener = new AggregateClient([files]);
  await listener.initialize();
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  listener.backend.review();
  assert.deepEqual(listener.told(), [LIST_CHANGED]);
});

test('a server that cannot be heard is not waited for, and the others are listed', async () => {
  const client = new AggregateClient([broken('files'), known('web', 'fetch')]);
  assert.deepEqual(await client.list('tools/list'), ['web__fetch']);
});

test('where there is nothing but a server that failed, its error is the answer, and the next list tries again', async () => {
  const files = broken('files');
  const client = new AggregateClient([files]);
  await assert.rejects(client.list('tools/list'), { code: 'PROCESS_COMMAND_NOT_FOUND', server: 'files' });
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  assert.deepEqual(await client.list('tools/list'), ['files__read']);
});

test('where there is nothing yet, an error names who is waited for and who failed', async () => {
  const client = new AggregateClient([
    broken('files'),
    new FakeServer('web'),
    new FakeServer('db').heard({ prompts: {} }),
  ]);
  const list = client.list('tools/list').catch((error: unknown) => error);
  await client.clock.advance(ANSWER_MS);
  const error = await list;
  assert.ok(error instanceof HoldfastError && error.code === 'TOOL_LIST_PENDING');
  assert.equal(
    error.toClient().message,
    'no tools can be listed yet: waiting for web; failed: files (PROCESS_COMMAND_NOT_FOUND)',
  );
});

test('who would have nothing waits longer, since an error helps nobody', async () => {
  const files = new FakeServer('files');
  const client = new AggregateClient([files, new FakeServer('db').heard({ prompts: {} })]);
  const list = client.list('tools/list');
  await client.clock.advance(ANSWER_MS - 1);
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  assert.deepEqual(await list, ['files__read']);
});

test('nobody waits for a server whose start has failed; when it comes it is announced', async () => {
  const files = new FakeServer('files');
  files.failed = true;
  const client = new AggregateClient([files, known('web', 'fetch')]);
  await client.initialize();
  assert.deepEqual(await client.list('tools/list'), ['web__fetch']);
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  await client.clock.advance(100);
  assert.deepEqual(client.told(), [LIST_CHANGED]);
});

test('a list that its server refuses is its error', async () => {
  const files = new FakeServer('files').heard({ tools: {} });
  files.answers.set('tools/list', () => '"error":{"code":-32000,"message":"no"}');
  await assert.rejects(new AggregateClient([files]).list('tools/list'), { code: 'TOOL_LIST_FAILED', server: 'files' });
});

test('a change that a client would not see is not announced', async () => {
  const files = new FakeServer('files', { exclude: ['hidden'] }).heard({ tools: {} }, { tools: [{ name: 'read' }] });
  const client = new AggregateClient([files]);
  await client.initialize();
  announces(files);
  files.lists('tools', [{ name: 'read' }, { name: 'hidden' }]);
  announces(files);
  await client.clock.advance(200);
  assert.deepEqual(client.told(), []);
  files.lists('tools', [{ name: 'read', title: 'Read' }]);
  announces(files);
  assert.deepEqual(client.told(), [LIST_CHANGED]);
});

test('many changes in a moment are announced once more, not each', async () => {
  const files = known('files', 'read');
  const client = new AggregateClient([files]);
  await client.initialize();
  for (let n = 0; n < 50; n++) {
    files.lists('tools', [{ name: `read${n}` }]);
    announces(files);
  }
  await client.clock.advance(1_000);
  assert.deepEqual(client.told(), [LIST_CHANGED, LIST_CHANGED]);
});

test('a change of templates is announced as one of resources', async () => {
  const files = new FakeServer('files').heard({ resources: {} }, { resources: [], resourceTemplates: [] });
  const client = new AggregateClient([files]);
  await client.initialize();
  files.lists('resourceTemplates', [{ uriTemplate: 'a://{b}' }]);
  announces(files, 'notifications/resources/list_changed');
  assert.deepEqual(client.told(), ['notifications/resources/list_changed']);
});

test('a client that goes leaves no timer, and whoever it waited for may come', async () => {
  const files = new FakeServer('files');
  const client = new AggregateClient([files]);
  const list = client.list('tools/list').catch((error: unknown) => error);
  await client.clock.advance(10);
  client.session.close();
  assert.ok((await list) instanceof HoldfastError);
  assert.deepEqual(client.clock.pending, []);
  files.heard({ tools: {} }, { tools: [{ name: 'read' }] });
  client.backend.review();
  await client.clock.advance(1_000);
  assert.deepEqual(client.told(), []);
});

test('a client that goes hears nothing more, whatever was on its way', async () => {
  const files = new FakeServer('files').heard({ tools: {}, prompts: {} }, { prompts: [] });
  let answer = (_: string) => {};
  files.answers.set(
    'tools/list',
    () =>
      new Promise(resolve => {
        answer = resolve;
      }),
  );
  const client = new AggregateClient([files]);
  await client.initialize();
  const list = client.list('tools/list').catch((error: unknown) => error);
  await client.clock.advance(ANSWER_MS);
  await list;
  for (const name of ['a', 'b']) {
    files.lists('prompts', [{ name }]);
    announces(files, 'notifications/prompts/list_changed');
    await client.clock.advance(0);
  }
  assert.deepEqual(client.told(), ['notifications/prompts/list_changed']);
  client.session.close();
  answer('{"tools":[{"name":"read"}]}');
  files.lists('prompts', []);
  client.backend.review();
  await client.clock.advance(1_000);
  assert.deepEqual(client.told(), []);
});

test('a client that has listed without a word before is told of changes, also of a server that was stopped', async () => {
  const files = known('files', 'read');
  files.stopped = true;
  const client = new AggregateClient([files, known('web', 'fetch')]);
  await client.list('tools/list');
  files.stopped = false;
  client.backend.review();
  assert.deepEqual(client.told(), [LIST_CHANGED]);
});
