import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallOptions } from '../../src/session/call.ts';
import { Desk } from './desk.ts';

const [a, b] = [{ who: 'a' }, { who: 'b' }];
const text = (id: string, token: string) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"read","_meta":{"progressToken":${token}}}}`;

test('the calls of a client that has gone are cancelled, and the server is told; the others go on', async () => {
  const desk = new Desk();
  const server = desk.up();
  const [one, two] = [desk.call('write', '1', { owner: a }), desk.call('write', '2', { owner: b })];
  assert.deepEqual([desk.calls.hasOthers(a), [...desk.calls.askers]], [true, [a, b]]);
  desk.calls.cancelAll(a);
  assert.equal((await one.failed()).code, 'TOOL_CALL_CANCELLED');
  assert.equal(server.asked('notifications/cancelled').length, 1);
  assert.equal(await two.isOpen(), true);
  assert.deepEqual([desk.calls.hasOthers(b), desk.calls.hasOthers(a)], [false, true]);
  assert.deepEqual([...desk.calls.askers], [b, a], 'the server may still be at it');
});

test('who waits with a progress token hears what for, in figures that rise below all that the server says', async () => {
  const desk = new Desk();
  const told: string[] = [];
  const options: Partial<CallOptions> = { onProgress: line => told.push(line), tellsWaiting: true };
  desk.add(text('1', '"t\\u0031"'), options);
  desk.add(text('2', '2'), { onProgress: line => told.push(line) });
  desk.call('read', '3', options);
  desk.calls.tellWaiting('starting', false);
  desk.add(text('4', '4.0'), options);
  desk.calls.tellWaiting('starting', true);
  desk.calls.tellWaiting('again', false);
  assert.deepEqual(told, [
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t\\u0031","progress":-1,"message":"starting"}}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":4.0,"progress":-1,"message":"starting"}}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t\\u0031","progress":-0.5,"message":"again"}}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":4.0,"progress":-0.5,"message":"again"}}',
  ]);
  const server = desk.up();
  const id = JSON.parse(server.asked('tools/call')[0] ?? '').id;
  server.say(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${id},"progress":0}}`);
  assert.match(told.at(-1) ?? '', /"progress":0\}/, 'a server that begins at 0 is above it');
  desk.calls.tellWaiting('never', false);
  desk.down();
  desk.calls.tellWaiting('lost', false);
  assert.deepEqual(
    told.slice(5).map(line => JSON.parse(line).params.progressToken),
    [4],
    'who has heard of real progress hears no less',
  );
});
