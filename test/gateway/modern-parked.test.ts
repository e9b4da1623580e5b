import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bindingOf,
  MAX_PARKED,
  MAX_SIZE,
  PARK_MS,
  ParkedCalls,
  type Parking,
} from '../../src/gateway/modern-parked.ts';
import { Seal } from '../../src/gateway/seal.ts';
import { parseMessage } from '../../src/session/json-text.ts';
import { FakeClock } from '../support/fake-clock.ts';

const mine = (parking: Partial<Parking> = {}): Parking => ({ binding: 'mine', client: 'a', size: 1, ...parking });

class Call {
  expired = 0;
  expire(): void {
    this.expired++;
  }
}

const key = new Uint8Array(32);
const table = (clock = new FakeClock()) => ({ clock, parked: new ParkedCalls<Call>(clock, new Seal(key)) });

test('a call comes back by its state, once', () => {
  const { clock, parked } = table();
  const call = new Call();
  const { state } = parked.park(call, mine());
  assert.equal(parked.take(state, 'mine'), call);
  assert.equal(parked.take(state, 'mine'), 'gone');
  assert.deepEqual(clock.pending, []);
});

test('a state that was changed, or is for another request, is forged, and spoils nothing', () => {
  const { parked } = table();
  const call = new Call();
  const { state } = parked.park(call, mine());
  assert.equal(parked.take(state, 'yours'), 'forged');
  assert.equal(parked.take(`${state}-TAMPERED`, 'mine'), 'forged');
  assert.equal(parked.take(state, 'mine'), call);
});

test('a state of an earlier run is known, but its call is gone', () => {
  const { state } = table().parked.park(new Call(), mine());
  assert.equal(table().parked.take(state, 'mine'), 'gone');
});

test('a call whose client does not come back is given up after ten minutes', async () => {
  const { clock, parked } = table();
  const call = new Call();
  const { state } = parked.park(call, mine());
  await clock.advance(PARK_MS - 1);
  assert.equal(call.expired, 0);
  await clock.advance(1);
  assert.equal(call.expired, 1);
  assert.equal(parked.take(state, 'mine'), 'gone');
  assert.deepEqual(clock.pending, []);
});

test('there is a limit to how many wait, and an end', () => {
  const { clock, parked } = table();
  const calls = Array.from({ length: MAX_PARKED }, () => new Call());
  for (const [n, call] of calls.entries()) parked.park(call, mine({ client: `${n % 2}` }));
  assert.throws(() => parked.park(new Call(), mine()), { code: 'RESOURCE_PARKED_FULL' });
  parked.close();
  assert.ok(calls.every(({ expired }) => expired === 1));
  assert.deepEqual(clock.pending, []);
});

test('of one kind of client half of them may wait, and hold half of the size', () => {
  for (const [count, size] of [
    [MAX_PARKED / 2, 1],
    [2, MAX_SIZE / 4],
  ] as const) {
    const { parked } = table();
    const states = Array.from({ length: count }, () => parked.park(new Call(), mine({ size })).state);
    assert.throws(() => parked.park(new Call(), mine({ size })), {
      code: 'RESOURCE_PARKED_FULL',
      message: /at most 256, 128 of one client, with 67108864 characters together/,
    });
    parked.park(new Call(), mine({ size, client: 'b' }));
    // What was refused has taken nothing, and what comes back gives back.
    parked.take(states[0] ?? '', 'mine');
    parked.park(new Call(), mine({ size }));
  }
});

test('what a call comes to hold while it waits counts, until its client is back', () => {
  const { parked } = table();
  const first = parked.park(new Call(), mine({ size: MAX_SIZE / 4 }));
  const second = parked.park(new Call(), mine({ size: 1 }));
  assert.deepEqual([second.grow(MAX_SIZE / 4), second.grow(MAX_SIZE / 4 - 1), second.grow(1)], [false, true, false]);
  parked.take(first.state, 'mine');
  assert.deepEqual([second.grow(MAX_SIZE / 4), first.grow(0)], [true, false]);
  parked.take(second.state, 'mine');
  parked.park(new Call(), mine({ size: MAX_SIZE / 2 }));
});

test('a state is bound to who asks, whom, and for what, but not to what changes from round to round', () => {
  const bind = (params: string, { server = 'a', principal = 'me', method = 'tools/call' } = {}) => {
    const parsed = parseMessage(`{"id":1,"method":"${method}","params":${params}}`);
    assert.ok(parsed.ok && parsed.envelope.kind === 'request');
    return bindingOf(server, principal, parsed.envelope);
  };
  const first = bind('{"name":"x","arguments":{"n":1},"_meta":{"a":1}}');
  assert.equal(bind('{"arguments":{"n":1},"requestState":"s","_meta":{},"inputResponses":{},"name":"x"}'), first);
  const others = [
    bind('{"name":"y","arguments":{"n":1}}'),
    bind('{"name":"x","arguments":{"n":2}}'),
    bind('{"name":"x"}'),
    bind('{"name":"x","arguments":{"n":1}}', { server: 'b' }),
    bind('{"name":"x","arguments":{"n":1}}', { principal: 'you' }),
    bind('{"name":"x","arguments":{"n":1}}', { method: 'prompts/get' }),
  ];
  assert.equal(new Set([first, ...others]).size, 7);
});
