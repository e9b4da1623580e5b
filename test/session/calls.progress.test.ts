import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from './desk.ts';
import type { FakeServer } from './fake-server.ts';

const CALL =
  '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"read","_meta":{"progressToken":"t-\\u0061","x":1.0}}}';

const progress = (server: FakeServer, value: string, token = '1') =>
  server.say(
    `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${value},"total":1.0}}`,
  );

function listen(desk: Desk): string[] {
  const heard: string[] = [];
  desk.add(CALL, { onProgress: text => heard.push(text) });
  return heard;
}

const values = (heard: readonly string[]) => heard.map(text => JSON.parse(text).params.progress);

test('progress comes under the token that its caller wrote, and is otherwise untouched', () => {
  const desk = new Desk();
  const heard = listen(desk);
  const server = desk.up();
  assert.match(server.lines[0] ?? '', /"_meta":\{"progressToken":1,"x":1.0\}/);
  progress(server, '0.50');
  assert.deepEqual(heard, [
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t-\\u0061","progress":0.50,"total":1.0}}',
  ]);
});

test('without a replay all progress goes on, also from a server that counts oddly', () => {
  const desk = new Desk();
  const server = desk.up();
  const heard = listen(desk);
  for (const value of ['1', '1', '0', '2', '"three"']) progress(server, value);
  assert.deepEqual(values(heard), [1, 1, 0, 2, 'three']);
});

test('after a replay only what is new goes on', () => {
  const desk = new Desk();
  const first = desk.up();
  const heard = listen(desk);
  for (const value of ['1', '2', '3']) progress(first, value);
  desk.down();
  const second = desk.up();
  for (const value of ['1', '2', '3', '4', '5']) progress(second, value);
  assert.deepEqual(values(heard), [1, 2, 3, 4, 5]);
});

test('progress of no call, of an ended call and of a dead life goes nowhere', async () => {
  const desk = new Desk();
  const first = desk.up();
  const heard = listen(desk);
  for (const token of ['7', '"1x"', 'null', '{}']) progress(first, '1', token);
  desk.down();
  progress(first, '1');
  const second = desk.up();
  second.answer('tools/call');
  progress(second, '9');
  assert.deepEqual(heard, []);
});

test('a caller that gave no token hears nothing', () => {
  const desk = new Desk();
  const server = desk.up();
  const heard: string[] = [];
  desk.call('read', '1', { onProgress: text => heard.push(text) });
  progress(server, '1');
  assert.deepEqual(heard, []);
});
