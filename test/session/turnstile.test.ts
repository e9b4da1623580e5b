import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from './desk.ts';

/** The last member of each request that the server has been given: its arguments name the call. */
const given = (lines: readonly string[]) => lines.map(line => /"n":(\d+)/.exec(line)?.[1] ?? line);

const numbered = (n: number, tool = 'read') =>
  `{"jsonrpc":"2.0","id":${n},"method":"tools/call","params":{"name":"${tool}","arguments":{"n":${n}}}}`;

test('calls over the limit wait, and go one by one in the order of their arrival', async () => {
  const desk = new Desk({ maxOpen: 2 });
  const server = desk.up();
  const asked = [1, 2, 3, 4].map(n => desk.add(numbered(n)));
  assert.deepEqual(given(server.lines), ['1', '2']);
  assert.deepEqual([desk.calls.inFlight, desk.calls.held], [2, 2]);
  server.say('{"jsonrpc":"2.0","id":2,"result":{}}');
  assert.deepEqual(given(server.lines), ['1', '2', '3']);
  const late = desk.add(numbered(5));
  assert.equal(await late.isOpen(), true);
  for (const id of [1, 3, 4, 5]) server.say(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
  for (const call of [...asked, late]) await call.answered();
  assert.deepEqual(given(server.lines), ['1', '2', '3', '4', '5']);
  assert.deepEqual([desk.calls.inFlight, desk.calls.held, desk.clock.pending], [0, 0, []]);
});

test('as many may wait as the queue is long; one more did not run', async () => {
  const desk = new Desk({ maxOpen: 1, maxHeld: 2 });
  const server = desk.up();
  const asked = [1, 2, 3, 4].map(n => desk.add(numbered(n, 'write')));
  const error = await asked[3]?.failed();
  assert.deepEqual([error?.code, error?.mayHaveRun, error?.details.limit], ['RESOURCE_QUEUE_FULL', false, 2]);
  assert.equal(server.lines.length, 1);
});

test('one that waits can be cancelled, and runs out of its own time, not of that for a server that is down', async () => {
  const desk = new Desk({ maxOpen: 1 });
  const server = desk.up();
  desk.add(numbered(1));
  const controller = new AbortController();
  const [cancelled, overdue, patient] = [
    desk.add(numbered(2), { signal: controller.signal }),
    desk.add(numbered(3), { deadline: 60_000 }),
    desk.add(numbered(4)),
  ];
  controller.abort();
  assert.equal((await cancelled.failed()).code, 'TOOL_CALL_CANCELLED');
  await desk.clock.advance(59_000);
  assert.equal(await overdue.isOpen(), true);
  await desk.clock.advance(2_000);
  const error = await overdue.failed();
  assert.deepEqual([error.code, error.mayHaveRun], ['TOOL_CALL_TIMEOUT', false]);
  server.say('{"jsonrpc":"2.0","id":1,"result":{}}');
  assert.deepEqual(given(server.lines), ['1', '4'], 'what has ended takes no place');
  assert.equal(await patient.isOpen(), true);
});

test('a server that goes down gives those that wait the time of a held call; its successor gets them in their order', async () => {
  const desk = new Desk({ maxOpen: 1 });
  desk.up();
  const asked = [1, 2, 3].map(n => desk.add(numbered(n)));
  await desk.clock.advance(100_000);
  assert.deepEqual(desk.down(), { held: 2, replayed: 1, rejected: 0 });
  await desk.clock.advance(29_000);
  const server = desk.up();
  assert.deepEqual(given(server.lines), ['1']);
  server.say('{"jsonrpc":"2.0","id":1,"result":{}}');
  assert.deepEqual(given(server.lines), ['1', '2']);
  desk.down();
  await desk.clock.advance(31_000);
  assert.equal((await asked[2]?.failed())?.code, 'CONNECTION_HOLD_TIMEOUT');
});

test('a pause lets none in and all that is under way finish; then they go at once', async () => {
  const desk = new Desk();
  const server = desk.up();
  const first = desk.add(numbered(1));
  desk.calls.pause();
  const later = [2, 3].map(n => desk.add(numbered(n)));
  server.say('{"jsonrpc":"2.0","id":1,"result":{}}');
  await first.answered();
  assert.deepEqual([desk.calls.inFlight, desk.calls.held], [0, 2]);
  desk.calls.resume();
  assert.deepEqual(given(server.lines), ['1', '2', '3']);
  for (const [index, call] of later.entries()) {
    server.say(`{"jsonrpc":"2.0","id":${index + 2},"result":{}}`);
    await call.answered();
  }
});

test('a pause ends with the process: the next one gets what has waited', () => {
  const desk = new Desk();
  desk.up();
  desk.calls.pause();
  desk.add(numbered(1));
  assert.deepEqual(desk.down(false, null), { held: 1, replayed: 0, rejected: 0 });
  assert.deepEqual(given(desk.up().lines), ['1']);
});
