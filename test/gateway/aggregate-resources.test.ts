import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { AggregateClient } from './aggregate-client.ts';
import { ask, callOptions, FakeServer } from './fake-server.ts';

const NOT_FOUND = '"error":{"code":-32002,"message":"not here"}';
const having = (name: string, uris: readonly string[], templates: readonly string[] = [], resources: object = {}) =>
  new FakeServer(name).heard(
    { resources },
    { resources: uris.map(uri => ({ uri })), resourceTemplates: templates.map(uriTemplate => ({ uriTemplate })) },
  );
const methods = (server: FakeServer) => server.requests.map(text => (JSON.parse(text) as { method: string }).method);

test('a resource is read from the server that lists it, by its own URI and untouched', async () => {
  const files = having('files', ['a://1']);
  const web = having('web', ['a://1', 'a://2']);
  const { session } = new AggregateClient([files, web]);
  const text = ask('resources/read', { uri: 'a://2', x: 1 });
  await session.request(text, callOptions);
  assert.deepEqual([files.requests, web.requests], [[], [text]]);
  await session.request(ask('resources/read', { uri: 'a://1' }), callOptions);
  assert.equal(files.requests.length, 1);
});

test('that two servers have the same URI is told once', async () => {
  const client = new AggregateClient([having('files', ['a://1']), having('web', ['a://1'])]);
  assert.deepEqual(await client.list('resources/list'), ['a://1']);
  await client.list('resources/list');
  assert.deepEqual(client.notices, ['"files" and "web" both have a://1: at /mcp it is that of "files"']);
});

test('a URI that no list has goes to the server with a template for it', async () => {
  const files = having('files', [], ['file:///{+path}']);
  const db = having('db', [], ['db://{table}/{id}']);
  const client = new AggregateClient([files, db]);
  await client.request('resources/read', { uri: 'db://users/7' });
  assert.deepEqual([methods(files), methods(db)], [[], ['resources/read']]);
});

test('any other URI is asked of one server after the other, and the one that has it is remembered for all', async () => {
  const files = having('files', []);
  const tools = new FakeServer('tools').heard({ tools: {} }, { tools: [] });
  const web = having('web', []);
  files.answers.set('resources/read', () => NOT_FOUND);
  web.answers.set('resources/read', () => '{"contents":[]}');
  const first = new AggregateClient([files, tools, web]);
  assert.deepEqual((await first.request('resources/read', { uri: 'x://1' })).result, { contents: [] });
  const second = new AggregateClient([], first);
  await second.request('resources/read', { uri: 'x://1' });
  assert.deepEqual(
    [files, tools, web].map(server => server.requests.length),
    [1, 0, 2],
  );
});

test('where no server has the URI, the first refusal is the answer', async () => {
  const files = having('files', []);
  const web = having('web', []);
  files.answers.set('resources/read', () => NOT_FOUND);
  web.answers.set('resources/read', () => '"error":{"code":-32603,"message":"boom"}');
  const { error } = await new AggregateClient([files, web]).request('resources/read', { uri: 'x://1' });
  assert.deepEqual(error, { code: -32002, message: 'not here' });
});

test('a server that cannot answer is passed over, unless no other has the URI', async () => {
  const files = having('files', []);
  const web = having('web', []);
  const failed = new HoldfastError('CONNECTION_CLOSED', { server: 'files' });
  files.answers.set('resources/read', () => Promise.reject(failed));
  const client = new AggregateClient([files, web]);
  assert.deepEqual((await client.request('resources/read', { uri: 'x://1' })).result, {});
  web.answers.set('resources/read', () => Promise.reject(new HoldfastError('CONNECTION_LOST', {})));
  await assert.rejects(client.request('resources/read', { uri: 'x://2' }), { code: 'CONNECTION_CLOSED' });
});

test('a caller that gives up is not asked for elsewhere', async () => {
  const files = having('files', []);
  const web = having('web', []);
  files.answers.set('resources/read', () => Promise.reject(new HoldfastError('TOOL_CALL_CANCELLED', {})));
  await assert.rejects(new AggregateClient([files, web]).request('resources/read', { uri: 'x://1' }), {
    code: 'TOOL_CALL_CANCELLED',
  });
  assert.equal(web.requests.length, 0);
});

test('a subscription ends where it began, wherever the URI leads by then', async () => {
  const files = having('files', ['a://1'], [], { subscribe: true });
  const web = having('web', [], [], { subscribe: true });
  const client = new AggregateClient([files, web]);
  await client.request('resources/subscribe', { uri: 'a://1' });
  files.lists('resources', []);
  web.lists('resources', [{ uri: 'a://1' }]);
  await client.request('resources/unsubscribe', { uri: 'a://1' });
  assert.deepEqual([methods(files), methods(web)], [['resources/subscribe', 'resources/unsubscribe'], []]);
  await client.request('resources/subscribe', { uri: 'a://1' });
  assert.deepEqual(methods(web), ['resources/subscribe']);
});

test('a subscription that was refused is not remembered', async () => {
  const files = having('files', ['a://1'], [], { subscribe: true });
  const web = having('web', [], [], { subscribe: true });
  files.answers.set('resources/subscribe', () => NOT_FOUND);
  const client = new AggregateClient([files, web]);
  await client.request('resources/subscribe', { uri: 'a://1' });
  files.lists('resources', []);
  web.lists('resources', [{ uri: 'a://1' }]);
  await client.request('resources/unsubscribe', { uri: 'a://1' });
  assert.deepEqual([methods(files), methods(web)], [['resources/subscribe'], ['resources/unsubscribe']]);
});

test('an unlisted URI is subscribed to only where subscriptions are taken', async () => {
  const files = having('files', []);
  const web = having('web', [], [], { subscribe: true });
  const client = new AggregateClient([files, web]);
  await client.request('resources/subscribe', { uri: 'x://1' });
  await client.request('resources/unsubscribe', { uri: 'x://1' });
  assert.deepEqual([methods(files), methods(web)], [[], ['resources/subscribe', 'resources/unsubscribe']]);
});

test('a completion goes to the server that has the template, else to the one that has the URI', async () => {
  const files = having('files', ['a://1']);
  const db = having('db', [], ['db://{id}']);
  const client = new AggregateClient([files, db]);
  await client.request('completion/complete', { ref: { type: 'ref/resource', uri: 'db://{id}' } });
  await client.request('completion/complete', { ref: { type: 'ref/resource', uri: 'a://1' } });
  assert.deepEqual([files.requests.length, db.requests.length], [1, 1]);
});
