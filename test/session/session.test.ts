import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from '../../src/session/catalogue.ts';
import { gone } from './desk.ts';
import { Stage, TOOLS, turn } from './stage.ts';

const methodsOf = (lines: readonly string[]) => lines.map(line => JSON.parse(line).method);

test('each life begins with the same parameters, and tells its predecessor’s level and subscriptions before any call', async () => {
  const stage = new Stage();
  const first = await stage.up();
  await stage.settle('logging/setLevel', '{"level":"debug"}');
  await stage.settle('resources/subscribe', '{"uri":"file:///a"}');
  await stage.settle('resources/subscribe', '{"uri":"file:///b"}');
  await stage.settle('resources/unsubscribe', '{"uri":"file:///a"}');
  stage.down();
  const held = stage.call('write');
  const second = await stage.up();
  assert.deepEqual(methodsOf(second.lines), [
    'initialize',
    'notifications/initialized',
    'tools/list',
    'logging/setLevel',
    'resources/subscribe',
    'tools/call',
  ]);
  assert.equal(second.lines[0], first.lines[0]);
  assert.deepEqual(JSON.parse(second.lines[3] ?? '').params, { level: 'debug' });
  assert.deepEqual(JSON.parse(second.lines[4] ?? '').params, { uri: 'file:///b' });
  second.answer('tools/call');
  await held.answered();
});

test('only what the server has agreed to is remembered', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const asked = stage.request(
    '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"file:///gone"}}',
  );
  const id = JSON.parse(server.asked('resources/subscribe')[0] ?? '').id;
  server.say(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32002,"message":"no such resource"}}`);
  await asked.answered();
  assert.deepEqual([...stage.session.snapshot.subscriptions], []);
});

test('the catalogue is served while the server is down, in the server’s own words', async () => {
  const stage = new Stage();
  await stage.up();
  stage.down();
  const asked = stage.request('{"jsonrpc":"2.0","id":1.0,"method":"tools/list"}');
  assert.equal(await asked.answered(), `{"jsonrpc":"2.0","id":1.0,"result":{"tools":[${TOOLS.read},${TOOLS.write}]}}`);
  const deeper = stage.request('{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"x"}}');
  const unknown = stage.request('{"jsonrpc":"2.0","id":3,"method":"prompts/list"}');
  assert.deepEqual([await deeper.isOpen(), await unknown.isOpen()], [true, true], 'these wait for the server');
  const server = await stage.up();
  assert.deepEqual(methodsOf(server.lines).slice(3), ['tools/list', 'prompts/list']);
});

test('a server that will not come is refused to all but those whom the catalogue can answer', async () => {
  const stage = new Stage();
  await stage.up();
  stage.down();
  stage.refusal = gone();
  assert.equal((await stage.call('read').failed()).code, 'PROCESS_EXITED');
  assert.match(await stage.request('{"jsonrpc":"2.0","id":1,"method":"tools/list"}').answered(), /"tools":/);
  assert.equal(stage.session.calls.held, 0);
});

test('a catalogue from the disk serves before the first start, and a start that differs is told', async () => {
  const kept = new Catalogue();
  kept.replace('tools', [{ key: 'old', raw: '{"name":"old"}' }]);
  const stage = new Stage({ store: { load: () => kept } });
  const asked = stage.request('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  assert.match(await asked.answered(), /"old"/);
  await stage.up();
  assert.deepEqual(stage.toldMethods, ['notifications/tools/list_changed']);
});

test('after a restart the client is told that a list has changed only if it has', async () => {
  const stage = new Stage();
  await stage.up();
  assert.deepEqual(stage.told, [], 'the first list is no news');
  stage.down();
  await stage.up();
  assert.deepEqual(stage.told, [], 'the same again');
  assert.equal(stage.saved, 1);
  stage.down();
  await stage.up([TOOLS.read, TOOLS.more]);
  assert.deepEqual(stage.toldMethods, ['notifications/tools/list_changed']);
  assert.deepEqual(stage.changes.at(-1), ['tools', { added: ['more'], removed: ['write'], changed: [] }, false]);
  stage.down();
  await stage.up([TOOLS.more, TOOLS.read]);
  assert.equal(stage.told.length, 1, 'another order is no change');
});

test('what the server announces itself is read first, then told in its own words', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const words = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"why":1.0}}';
  server.say(words);
  assert.deepEqual(stage.told, []);
  server.answer('tools/list', `{"tools":[${TOOLS.more}]}`);
  await turn();
  assert.deepEqual(stage.told, [words]);
  assert.deepEqual(
    stage.session.catalogue.list('tools')?.map(item => item.key),
    ['more'],
  );
});

test('a disk that takes nothing costs the server nothing', async () => {
  const stage = new Stage({
    store: {
      save: () => {
        throw new Error('ENOSPC: no space left on device');
      },
    },
  });
  await stage.up();
  assert.equal(stage.session.catalogue.list('tools')?.length, 2);
  assert.match(stage.notices.join(), /could not be kept on disk: .*ENOSPC/);
});

test('raw texts pass both ways as they are: big numbers, 1.0, unknown methods, fields and spaces', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const rest =
    ' "method":"vendor/x","params":{"n":12345678901234567890,"f":1.0,"_meta":{"k":[1e2]}},"extra":{"é":"\\u00e9"} }';
  const asked = stage.request(`{ "jsonrpc":"2.0","id":"mine",${rest}`);
  const sent = server.asked('vendor/x')[0] ?? '';
  const id = JSON.parse(sent).id;
  assert.equal(sent, `{ "jsonrpc":"2.0","id":${id},${rest}`);
  const answer = (inner: string) =>
    `{"extra":0.10, "id":${inner},"result":{"n":12345678901234567890,"f":1.0},"jsonrpc":"2.0"}`;
  server.say(answer(id));
  assert.equal(await asked.answered(), answer('"mine"'));
  const down = '{"jsonrpc":"2.0","method":"notifications/vendor","params":{"n":98765432109876543210,"f":2.0}, "x":1.0}';
  server.say(down);
  assert.deepEqual(stage.told, [down]);
  const up = '{"jsonrpc":"2.0","method":"notifications/mine","params":{"f":3.0,"n":11111111111111111111}}';
  stage.session.notify(up);
  assert.equal(server.lines.at(-1), up);
});

test('a request over several lines goes out as one', async () => {
  const stage = new Stage();
  const server = await stage.up();
  stage.request('{"jsonrpc":"2.0",\r\n "id":1,\n "method":"vendor/y"}');
  assert.equal(server.lines.length, 4);
  assert.deepEqual(JSON.parse(server.lines[3] ?? ''), { jsonrpc: '2.0', id: 3, method: 'vendor/y' });
});

test('what is no request is refused, and never sent', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const { length } = server.lines;
  for (const text of [
    'hello',
    '[]',
    '1',
    '{"jsonrpc":"2.0","method":"notifications/x"}',
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
  ]) {
    assert.equal((await stage.request(text).failed()).code, 'TOOL_BAD_REQUEST', text);
  }
  assert.equal(server.lines.length, length);
});

test('a notification of the client to a server that is down goes nowhere', async () => {
  const stage = new Stage();
  await stage.begin();
  const { length } = stage.server.lines;
  stage.session.notify('{"jsonrpc":"2.0","method":"notifications/early"}');
  assert.equal(stage.server.lines.length, length, 'not before it is ready');
  stage.down();
  stage.session.notify('{"jsonrpc":"2.0","method":"notifications/late"}');
  assert.equal(stage.server.lines.length, length);
});

test('a repeated call warns of the lost memory, a held one does not', async () => {
  const stage = new Stage();
  await stage.up();
  stage.down();
  stage.call('write');
  await stage.up();
  assert.deepEqual(stage.told, []);
  stage.call('read');
  stage.down();
  await stage.up();
  assert.deepEqual(stage.toldMethods, ['notifications/message']);
  const { level, data } = JSON.parse(stage.told[0] ?? '').params;
  assert.equal(level, 'warning');
  assert.match(data, /"files" was restarted and its memory is lost; 1 safe call/);
});

test('a tool that the new list calls unsafe is not repeated on the word of the old one', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const asked = stage.call('read');
  server.say('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  server.answer('tools/list', '{"tools":[{"name":"read","annotations":{"readOnlyHint":false}}]}');
  await turn();
  stage.down();
  assert.equal((await asked.failed()).code, 'PROCESS_EXITED_DURING_CALL');
});

test('an answer over the limit ends its call; a request over the limit is only noted', async () => {
  const stage = new Stage();
  const upstream = await stage.begin();
  stage.session.open(upstream);
  const asked = stage.call('read');
  const id = String(JSON.parse(stage.server.lines.at(-1) ?? '').id);
  stage.session.onOversize({ bytes: 9, id, hasMethod: true }, upstream);
  assert.equal(await asked.isOpen(), true);
  assert.equal(stage.notices.length, 1);
  stage.session.onOversize({ bytes: 9, id, hasMethod: false }, upstream);
  assert.equal((await asked.failed()).code, 'RESOURCE_MESSAGE_TOO_LARGE');
});

test('each call is counted once, also when its server dies', async () => {
  const stage = new Stage();
  await stage.up();
  stage.call('write');
  stage.call('read', '2');
  stage.down();
  await turn();
  assert.deepEqual(
    stage.finished.map(({ call }) => call.id),
    ['1'],
  );
});

test('at most as many calls are under way as the configuration allows', async () => {
  const stage = new Stage({ holdfast: { limits: { openCalls: 1 } } });
  const server = await stage.up();
  const [first, second] = [stage.call('read'), stage.call('read')];
  assert.equal(server.asked('tools/call').length, 1);
  server.answer('tools/call');
  await first.answered();
  server.answer('tools/call');
  await second.answered();
  assert.equal(server.asked('tools/call').length, 2);
});
