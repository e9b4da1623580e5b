import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { WriteOptions } from '../../src/process/stdin-queue.ts';
import { Upstream } from '../../src/session/upstream.ts';
import { Desk, gone } from './desk.ts';

test('a call waits 30 s for its server, and not longer because every start fails', async () => {
  const desk = new Desk();
  const asked = desk.call('read');
  for (let start = 1; start <= 5; start++) {
    desk.clock.advanceSync(5_999);
    assert.deepEqual(desk.down(), { held: 1, replayed: 0, rejected: 0 }, `start ${start}`);
    assert.equal(await asked.isOpen(), true);
  }
  desk.clock.advanceSync(5);
  const error = await asked.failed();
  assert.deepEqual([error.code, error.mayHaveRun, error.details.afterMs], ['CONNECTION_HOLD_TIMEOUT', false, 30_000]);
});

test('its own time ends a held call too, as what it is', async () => {
  const desk = new Desk();
  const asked = desk.call('read', '1', { deadline: 10_000 });
  desk.clock.advanceSync(9_999);
  assert.equal(await asked.isOpen(), true);
  desk.clock.advanceSync(1);
  assert.deepEqual([(await asked.failed()).code, asked.error?.mayHaveRun], ['TOOL_CALL_TIMEOUT', false]);
});

test('a call that is out of time is taken from the server, and a late answer is dropped', async () => {
  const desk = new Desk();
  const server = desk.up();
  const asked = desk.call('write', '"x"', { deadline: 600_000 });
  desk.clock.advanceSync(600_000);
  const error = await asked.failed();
  assert.deepEqual([error.code, error.mayHaveRun], ['TOOL_CALL_TIMEOUT', true]);
  const [cancelled] = server.asked('notifications/cancelled');
  assert.deepEqual(JSON.parse(cancelled ?? '').params, { requestId: 1, reason: 'the time of the call has passed' });
  server.say('{"jsonrpc":"2.0","id":1,"result":"late"}');
  assert.deepEqual(desk.strays, ['an answer that nobody waits for']);
  assert.deepEqual(desk.codes, ['TOOL_CALL_TIMEOUT']);
});

test('a call with no end of time has no timer', () => {
  const desk = new Desk();
  desk.up();
  desk.call('write');
  assert.deepEqual(desk.clock.pending, []);
});

test('a cancelled call is cancelled at the server by the id that the server knows', async () => {
  const desk = new Desk();
  const server = desk.up();
  desk.call('write', '1');
  const controller = new AbortController();
  const asked = desk.call('write', '1.0', { signal: controller.signal });
  controller.abort();
  assert.deepEqual([(await asked.failed()).code, asked.error?.mayHaveRun], ['TOOL_CALL_CANCELLED', true]);
  assert.deepEqual(
    server.asked('notifications/cancelled').map(line => JSON.parse(line).params.requestId),
    [2],
  );
  assert.equal(desk.calls.inFlight, 1);
});

test('a cancelled call that was only queued is withdrawn, and the server never hears of it', async () => {
  const desk = new Desk();
  const server = desk.up({ deaf: true });
  desk.call('write', '1');
  const controller = new AbortController();
  const asked = desk.call('write', '2', { signal: controller.signal });
  controller.abort();
  assert.deepEqual([(await asked.failed()).code, asked.error?.mayHaveRun], ['TOOL_CALL_CANCELLED', false]);
  await server.read();
  assert.equal(server.lines.length, 1);
});

test('a cancelled call that was held is forgotten, and one that comes cancelled is never sent', async () => {
  const desk = new Desk();
  const controller = new AbortController();
  const held = desk.call('write', '1', { signal: controller.signal });
  controller.abort();
  assert.equal((await held.failed()).code, 'TOOL_CALL_CANCELLED');
  const server = desk.up();
  const late = desk.call('write', '2', { signal: AbortSignal.abort() });
  assert.equal((await late.failed()).code, 'TOOL_CALL_CANCELLED');
  assert.deepEqual([server.lines, desk.calls.inFlight, desk.calls.held], [[], 0, 0]);
  assert.deepEqual(desk.codes, ['TOOL_CALL_CANCELLED', 'TOOL_CALL_CANCELLED']);
});

test('a signal that serves many calls is let go by each that has ended', async () => {
  const desk = new Desk();
  const server = desk.up();
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, args);
  };
  for (let id = 1; id <= 20; id++) {
    const asked = desk.call('write', String(id), { signal });
    assert.equal(listeners, 1);
    server.answer('tools/call');
    await asked.answered();
    assert.equal(listeners, 0);
  }
});

test('an answer that is lost alone: a safe call is sent once more in the same life, another may have run', async () => {
  const lost = new HoldfastError('CONNECTION_LOST', { details: { why: 'cut' } });
  const desk = new Desk();
  const server = desk.up();
  let replays = 0;
  const [safe, unsafe] = [desk.call('read', '"r"', { onReplay: () => replays++ }), desk.call('write', '"w"')];
  desk.upstream?.spoil('1', lost, true);
  desk.upstream?.spoil('2', lost, true);
  const error = await unsafe.failed();
  assert.deepEqual([error.code, error.mayHaveRun], ['CONNECTION_LOST', true]);
  assert.deepEqual([server.asked('tools/call').length, replays, await safe.isOpen()], [3, 1, true]);
  desk.upstream?.spoil('3', lost, true);
  assert.deepEqual([(await safe.failed()).mayHaveRun, server.asked('tools/call').length], [true, 3]);
  assert.deepEqual([desk.calls.inFlight, desk.calls.held], [0, 0]);
});

test('what the server did not take of a call that was written is held, whatever it is', async () => {
  const desk = new Desk();
  const taken: string[] = [];
  const refusing = {
    fullness: { depth: 0, limit: 1 },
    write: (line: string, options: WriteOptions = {}) => {
      taken.push(line);
      options.onWritten?.();
      return { withdraw: () => true };
    },
  };
  const silent = { onHeard: () => {}, onRequest: () => {}, onNotification: () => {}, onStray: () => {} };
  desk.calls.open(new Upstream(refusing, silent));
  const asked = desk.call('write');
  assert.deepEqual(desk.calls.close(gone(), false), { held: 1, replayed: 0, rejected: 0 });
  assert.equal(taken.length, 1);
  desk.up().say('{"jsonrpc":"2.0","id":1,"result":{}}');
  assert.equal(await asked.answered(), '{"jsonrpc":"2.0","id":1,"result":{}}');
});
