import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { MAX_ASKED } from '../../src/session/server-requests.ts';
import { Desk } from './desk.ts';
import { idOf, turn } from './fake-server.ts';
import { Stage } from './stage.ts';

/** JSON objects that throw when they are made a text or a number, as no honest server writes them. */
const UNPRINTABLE = '{"toString":0,"valueOf":0}';
const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

test('a progress token that is no text and no number belongs to no call', async () => {
  const stage = new Stage();
  const server = await stage.up();
  for (const token of [UNPRINTABLE, DEEP, '[4]', 'true']) {
    server.say(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":1}}`);
  }
  assert.equal(stage.notices.length, 4);
});

test('a server that takes back a question under an id of no form takes none back', async () => {
  const stage = new Stage();
  const server = await stage.up();
  server.say('{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}');
  for (const id of [UNPRINTABLE, DEEP, 'null']) {
    server.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`);
  }
  assert.deepEqual(stage.toldMethods, []);
  server.say('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\\u0071"}}');
  assert.deepEqual(stage.toldMethods, ['notifications/cancelled']);
});

test('a list that is refused with a code of no form is a list that failed', async () => {
  for (const error of [`{"code":${UNPRINTABLE},"message":${DEEP}}`, '"no"', 'false', '[]']) {
    const stage = new Stage();
    const upstream = await stage.begin();
    const fetched = stage.session.fetch(upstream, 'tools');
    const id = idOf(stage.server.asked('tools/list').at(-1));
    stage.server.say(`{"jsonrpc":"2.0","id":${id},"error":${error}}`);
    await assert.rejects(fetched, { code: 'TOOL_LIST_FAILED' });
  }
});

test('the words of a server’s error are kept short where we repeat them', async () => {
  const stage = new Stage();
  const upstream = await stage.begin();
  const fetched = stage.session.fetch(upstream, 'tools');
  const id = idOf(stage.server.asked('tools/list').at(-1));
  stage.server.say(`{"jsonrpc":"2.0","id":${id},"error":{"code":1,"message":"${'x'.repeat(1 << 20)}"}}`);
  await assert.rejects(fetched, error => error instanceof HoldfastError && error.message.length < 5_000);
});

test('a page of very many items is read like any other', async () => {
  const stage = new Stage();
  const upstream = await stage.begin();
  const fetched = stage.session.fetch(upstream, 'tools');
  const items = Array.from({ length: 200_000 }, (_, n) => `{"name":"t${n}"}`);
  stage.server.answer('tools/list', `{"tools":[${items.join(',')}]}`);
  assert.equal((await fetched).length, 200_000);
});

test('an answer that breaks the protocol ends its call, which would else wait in vain', async () => {
  for (const members of ['"result":{},"error":{"code":1,"message":"x"}', '"data":1']) {
    const desk = new Desk();
    const asked = desk.call('write', '"mine"');
    const server = desk.up();
    server.say(`{"jsonrpc":"2.0","id":${idOf(server.lines[0])},${members}}`);
    const error = await asked.failed();
    assert.deepEqual([error.code, error.mayHaveRun, error.server], ['TOOL_BAD_ANSWER', true, 'files']);
    assert.equal(desk.calls.inFlight, 0);
  }
});

test('a flood of changed lists is followed by as few readings as will do', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
  for (let n = 0; n < 100; n++) server.say(changed);
  assert.equal(server.asked('tools/list').length, 2, 'the first of the life, and one');
  server.answer('tools/list', '{"tools":[{"name":"old"}]}');
  await turn();
  assert.equal(server.asked('tools/list').length, 2);
  await stage.clock.advance(100);
  assert.equal(server.asked('tools/list').length, 3, 'once more, for what changed while it was read');
  server.answer('tools/list', '{"tools":[{"name":"new"}]}');
  await turn();
  assert.equal(server.asked('tools/list').length, 3);
  assert.deepEqual(stage.clock.pending, []);
  assert.deepEqual(
    stage.session.catalogue.list('tools')?.map(item => item.key),
    ['new'],
  );
  assert.deepEqual(stage.toldMethods, ['notifications/tools/list_changed', 'notifications/tools/list_changed']);
});

test('what was admitted is repeated as a whole, however slowly the next process reads', async () => {
  const desk = new Desk({ maxHeld: 4 });
  desk.up({ maxQueue: 4 });
  const asked = Array.from({ length: 20 }, (_, n) => desk.call('read', String(n)));
  desk.down();
  const server = desk.up({ deaf: true, maxQueue: 4 });
  for (const each of asked) assert.equal(await each.isOpen(), true);
  await server.read();
  for (const line of server.asked('tools/call')) server.say(`{"jsonrpc":"2.0","id":${idOf(line)},"result":{}}`);
  for (const each of asked) await each.answered();
});

test('a server that asks without end is refused what is too much', async () => {
  const stage = new Stage();
  const server = await stage.up();
  for (let n = 0; n <= MAX_ASKED; n++) {
    server.say(`{"jsonrpc":"2.0","id":"q${n}","method":"sampling/createMessage","params":{}}`);
  }
  assert.equal(stage.asked.length, MAX_ASKED);
  assert.deepEqual(JSON.parse(server.lines.at(-1) ?? '').id, `q${MAX_ASKED}`);
  stage.session.respond('{"jsonrpc":"2.0","id":1,"result":{}}');
  server.say('{"jsonrpc":"2.0","id":"later","method":"sampling/createMessage","params":{}}');
  assert.equal(stage.asked.length, MAX_ASKED + 1, 'one has been answered, so there is room again');
});

test('a request to a process that has been given up tells why', async () => {
  const stage = new Stage();
  const upstream = await stage.begin();
  stage.down();
  await assert.rejects(upstream.ask('ping'), { code: 'PROCESS_EXITED' });
});

test('a server that goes down takes the reading of its lists that was still to come with it', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
  server.say(changed);
  server.answer('tools/list', '{"tools":[{"name":"old"}]}');
  await turn();
  server.say(changed);
  assert.equal(stage.clock.pending.length, 1);
  stage.down();
  assert.deepEqual(stage.clock.pending, []);
});
