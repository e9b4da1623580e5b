import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { Desk, gone } from './desk.ts';
import { idOf } from './fake-server.ts';

test('calls that came while the server was away are sent in their order once it is there', async () => {
  const desk = new Desk();
  const asked = ['"a"', '7', '"c"'].map(id => desk.call('write', id));
  assert.deepEqual([desk.calls.held, desk.calls.inFlight, desk.calls.oldestSent], [3, 0, null]);
  const server = desk.up();
  assert.deepEqual([desk.calls.held, desk.calls.inFlight, desk.calls.oldestSent], [0, 3, 0]);
  assert.deepEqual(server.lines.map(idOf), ['1', '2', '3']);
  for (const id of [3, 1, 2]) server.say(`{"jsonrpc":"2.0","id":${id},"result":{"n":${id}}}`);
  const answers = await Promise.all(asked.map(call => call.answered()));
  assert.deepEqual(
    answers.map(text => JSON.parse(text)),
    [
      { jsonrpc: '2.0', id: 'a', result: { n: 1 } },
      { jsonrpc: '2.0', id: 7, result: { n: 2 } },
      { jsonrpc: '2.0', id: 'c', result: { n: 3 } },
    ],
  );
  assert.deepEqual(desk.clock.pending, [], 'no timer is left');
});

test('an id comes back exactly as its caller wrote it, and nothing else of the message is touched', async () => {
  for (const id of ['1', '1.0', '"a"', '"\\u0061"', '12345678901234567890', '-0', '""', '1e3', '"id"']) {
    const desk = new Desk();
    const server = desk.up();
    const asked = desk.add(
      `{ "method":"vendor/new","id": ${id} ,"params":{"n":1.0,"big":12345678901234567890},"x":[1.50] }`,
    );
    assert.deepEqual(server.lines, [
      '{ "method":"vendor/new","id": 1 ,"params":{"n":1.0,"big":12345678901234567890},"x":[1.50] }',
    ]);
    server.say('{"result":{"n":1.0,"y":98765432109876543210},"id":1,"jsonrpc":"2.0","z":0.10}');
    assert.equal(
      await asked.answered(),
      `{"result":{"n":1.0,"y":98765432109876543210},"id":${id},"jsonrpc":"2.0","z":0.10}`,
    );
  }
});

test('how long the server took is told from where it was sent the call; of one without an answer nothing is', async () => {
  const desk = new Desk();
  const asked = desk.call('write', '1');
  await desk.clock.advance(700);
  const server = desk.up();
  await desk.clock.advance(30);
  server.say('{"jsonrpc":"2.0","id":1,"result":{}}');
  await asked.answered();
  const given = new AbortController();
  const cancelled = desk.call('write', '2', { signal: given.signal });
  await desk.clock.advance(5_000);
  given.abort();
  await cancelled.failed();
  assert.deepEqual(
    desk.finished.map(({ tookMs, servedMs }) => [tookMs, servedMs]),
    [
      [730, 30],
      [5_000, null],
    ],
  );
});

test('an error of the server is an answer', async () => {
  const desk = new Desk();
  const server = desk.up();
  const asked = desk.call('write', '5');
  server.say('{"jsonrpc":"2.0","id":"1","error":{"code":-32000,"message":"no","data":1.0}}');
  assert.equal(await asked.answered(), '{"jsonrpc":"2.0","id":5,"error":{"code":-32000,"message":"no","data":1.0}}');
});

test('a safe call that was written is repeated, once, and its caller is told', async () => {
  const desk = new Desk();
  let told = 0;
  const first = desk.up();
  const asked = desk.call('read', '9', { onReplay: () => told++ });
  assert.deepEqual(desk.down(), { held: 0, replayed: 1, rejected: 0 });
  assert.equal(desk.calls.held, 1);
  const second = desk.up();
  assert.equal(told, 1);
  assert.deepEqual(second.lines.length, 1);
  first.say('{"jsonrpc":"2.0","id":1,"result":"of the dead"}');
  assert.equal(await asked.isOpen(), true);
  assert.deepEqual(desk.down(), { held: 0, replayed: 0, rejected: 1 });
  const error = await asked.failed();
  assert.equal(error.code, 'PROCESS_EXITED_DURING_CALL');
  assert.equal(error.mayHaveRun, true);
  assert.deepEqual(desk.up().lines, [], 'nothing is sent a third time');
  assert.deepEqual(desk.codes, ['PROCESS_EXITED_DURING_CALL'], 'ended once');
});

test('a call that may have run is rejected at once, with the last words of the server', async () => {
  const desk = new Desk();
  desk.up();
  const asked = desk.call('write');
  assert.deepEqual(desk.down(), { held: 0, replayed: 0, rejected: 1 });
  const { code, mayHaveRun, stderrTail, server, message } = await asked.failed();
  assert.deepEqual(
    [code, mayHaveRun, stderrTail, server],
    ['PROCESS_EXITED_DURING_CALL', true, ['out of cheese'], 'files'],
  );
  assert.match(message, /killed by SIGKILL/);
  assert.equal(desk.finished.length, 1, 'it has ended once, though the conversation was given up too');
});

test('"replay": "never" repeats nothing, and more replays repeat more often', async () => {
  const never = new Desk({ replay: 'never' });
  never.up();
  never.call('read');
  assert.equal(never.down().rejected, 1);
  const thrice = new Desk({ replays: 3 });
  thrice.up();
  const asked = thrice.call('read');
  for (let life = 1; life <= 3; life++) {
    assert.deepEqual(thrice.down(), { held: 0, replayed: 1, rejected: 0 }, `life ${life}`);
    thrice.up();
  }
  assert.equal(thrice.down().rejected, 1);
  assert.equal((await asked.failed()).mayHaveRun, true);
});

test('a call during which the server has asked the client something is not repeated; a later one is', async () => {
  const desk = new Desk();
  desk.up();
  const asked = desk.call('read', '1');
  desk.calls.markAsked(null);
  const later = desk.call('read', '2');
  assert.deepEqual(desk.down(), { held: 0, replayed: 1, rejected: 1 });
  assert.equal((await asked.failed()).code, 'PROCESS_EXITED_DURING_CALL');
  assert.equal(await later.isOpen(), true);
});

test('a call that the server has not read yet is taken back and sent to the next life, unsafe or not', async () => {
  const desk = new Desk();
  const deaf = desk.up({ deaf: true });
  desk.call('write', '1');
  const queued = desk.call('write', '2');
  assert.equal(deaf.lines.length, 1);
  assert.deepEqual(desk.down(), { held: 1, replayed: 0, rejected: 1 });
  await deaf.read();
  assert.equal(deaf.lines.length, 1, 'the dead have not got it either');
  const next = desk.up();
  assert.deepEqual(next.lines.length, 1);
  next.answer('tools/call');
  assert.equal(await queued.answered(), '{"jsonrpc":"2.0","id":2,"result":{}}');
});

test('a queue that was thrown away with its process counts as not written', async () => {
  const desk = new Desk();
  const deaf = desk.up({ deaf: true });
  desk.call('write', '1');
  const queued = desk.call('write', '2');
  deaf.stdin.close();
  assert.deepEqual(desk.down(), { held: 1, replayed: 0, rejected: 1 });
  assert.equal(await queued.isOpen(), true);
});

test('the last life takes all calls with it: what was written may have run, what was not has not', async () => {
  const desk = new Desk();
  desk.up({ deaf: true });
  const [written, queued] = [desk.call('read', '1'), desk.call('read', '2')];
  assert.deepEqual(desk.down(true, null), { held: 0, replayed: 0, rejected: 2 });
  const told = [await written.failed(), await queued.failed()].map(({ code, mayHaveRun }) => [code, mayHaveRun]);
  assert.deepEqual(told, [
    ['PROCESS_EXITED_DURING_CALL', true],
    ['CONNECTION_CLOSED', false],
  ]);
  assert.match(written.error?.message ?? '', /stopped on request/);
});

test('coming to rest answers what is held with the fault, and says whether it may have run', async () => {
  const desk = new Desk();
  desk.up();
  const replayed = desk.call('read', '1');
  desk.down();
  const held = desk.call('write', '2');
  desk.calls.settle(gone());
  assert.deepEqual(
    [await replayed.failed(), await held.failed()].map(({ code, mayHaveRun }) => [code, mayHaveRun]),
    [
      ['PROCESS_EXITED', true],
      ['PROCESS_EXITED', false],
    ],
  );
  assert.deepEqual([desk.calls.held, desk.clock.pending], [0, []]);
});

test('a second answer to the same call is dropped', async () => {
  const desk = new Desk();
  const server = desk.up();
  const asked = desk.call('write');
  server.say('{"jsonrpc":"2.0","id":1,"result":"first"}');
  server.say('{"jsonrpc":"2.0","id":1,"result":"second"}');
  assert.equal(JSON.parse(await asked.answered()).result, 'first');
  assert.equal(desk.finished.length, 1);
  assert.deepEqual(desk.strays, ['an answer that nobody waits for']);
});

test('a server that reads nothing has a bounded queue; what is over it did not run', async () => {
  const desk = new Desk();
  const server = desk.up({ deaf: true, maxQueue: 3 });
  const asked = Array.from({ length: 5 }, (_, id) => desk.call('write', String(id)));
  const error = await asked[4]?.failed();
  assert.deepEqual([error?.code, error?.mayHaveRun], ['RESOURCE_QUEUE_FULL', false]);
  assert.equal(desk.calls.inFlight, 4);
  await server.read();
  assert.equal(server.lines.length, 4);
});

test('a server that is away has a bounded queue too', async () => {
  const desk = new Desk({ maxHeld: 2 });
  const asked = ['1', '2', '3'].map(id => desk.call('read', id));
  const error = await asked[2]?.failed();
  assert.deepEqual([error?.code, error?.mayHaveRun, error?.details.limit], ['RESOURCE_QUEUE_FULL', false, 2]);
  assert.equal(desk.up().lines.length, 2);
});

test('calls that were under way are kept for replay beside those that wait, without a limit', () => {
  const desk = new Desk({ maxHeld: 2 });
  desk.up();
  for (let id = 1; id <= 5; id++) desk.call('read', String(id));
  assert.deepEqual(desk.down(), { held: 0, replayed: 5, rejected: 0 });
  assert.equal(desk.up().lines.length, 5);
});

test('an answer that cannot be used ends its call, which may have run', async () => {
  const desk = new Desk();
  desk.up();
  const asked = desk.call('read');
  desk.upstream?.spoil('1', new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { details: { limit: 10 } }));
  assert.deepEqual([(await asked.failed()).code, asked.error?.mayHaveRun], ['RESOURCE_MESSAGE_TOO_LARGE', true]);
  assert.equal(asked.error?.server, 'files');
});
