import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newCall, requestOf } from '../../src/session/call.ts';
import { InFlight } from '../../src/session/in-flight.ts';
import { FakeClock } from '../support/fake-clock.ts';

const [a, b] = [{ who: 'a' }, { who: 'b' }];

function setUp() {
  const clock = new FakeClock();
  const inFlight = new InFlight(clock);
  let id = 0;
  const add = (owner: object, method = 'tools/call', isWritten = true) => {
    id++;
    const text = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{"name":"t${id}"}}`;
    const call = newCall(requestOf(text, 'files'), { deadline: Infinity, owner }, clock.now(), () => {});
    call.place = isWritten ? 'written' : 'queued';
    inFlight.add(id, call);
    return { call, end: () => inFlight.delete(Number(call.id)) };
  };
  return { clock, inFlight, add, owners: () => [...inFlight.owners()] };
}

test('who may be asking is who has calls with the server in which it may ask', () => {
  const { inFlight, add, owners } = setUp();
  const one = add(a);
  add(b, 'tools/list');
  add(b, 'tools/call', false);
  assert.deepEqual(owners(), [a], 'a list asks nothing, and what is not written is not known to the server');
  const two = add(b, 'prompts/get');
  assert.deepEqual(owners(), [a, b]);
  assert.deepEqual(inFlight.tools(new Set([a, b])), ['t1']);
  one.end();
  two.end();
  assert.deepEqual(owners(), []);
});

test('a call that was given up counts for a while, since the server may go on with it', async () => {
  const { clock, inFlight, add, owners } = setUp();
  const { call, end } = add(a);
  inFlight.abandon(call);
  end();
  await clock.advance(59_000);
  assert.deepEqual(owners(), [a]);
  assert.deepEqual(inFlight.tools(new Set([a])), ['t1']);
  await clock.advance(2_000);
  assert.deepEqual(owners(), []);
  inFlight.abandon(call);
  inFlight.clear();
  assert.deepEqual(owners(), [], 'a new process knows nothing of it');
});
