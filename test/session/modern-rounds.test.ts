import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf } from './fake-server.ts';
import { Stage } from './stage.ts';

const ROUND =
  '{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create"},"b":{"method":"sampling/createMessage"}}}';

async function asked(): Promise<{ stage: Stage; called: ReturnType<Stage['call']> }> {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.call('read');
  server.answer('tools/call', ROUND);
  return { stage, called };
}

const respond = (stage: Stage, at: number, rest: string) =>
  stage.session.respond(`{"jsonrpc":"2.0","id":${idOf(stage.asked[at])},${rest}}`);

test('a call goes on when the last of its questions is answered, in any order', async () => {
  const { stage } = await asked();
  assert.equal(respond(stage, 1, '"result":{"b":1}'), true);
  assert.equal(stage.server.asked('tools/call').length, 1);
  assert.equal(respond(stage, 1, '"result":{"b":2}'), false, 'once');
  assert.equal(respond(stage, 0, '"result":{"a":1}'), true);
  const { inputResponses, requestState } = JSON.parse(stage.server.asked('tools/call').at(-1) ?? '').params;
  assert.deepEqual([inputResponses, requestState], [{ a: { a: 1 }, b: { b: 1 } }, undefined]);
});

test('a client that gives no answer for 10 minutes has the call given up, and its questions taken back', async () => {
  const { stage, called } = await asked();
  respond(stage, 0, '"result":{}');
  assert.deepEqual(stage.clock.pending, [600_000]);
  await stage.clock.advance(600_000);
  const error = await called.failed();
  assert.deepEqual([error.code, error.mayHaveRun], ['TOOL_INPUT_MISSING', true]);
  assert.deepEqual(
    stage.told.map(text => JSON.parse(text).params.requestId),
    [JSON.parse(stage.asked[1] ?? '').id],
  );
  assert.deepEqual(stage.clock.pending, []);
});

test('an error for an answer ends the call in the client’s own words', async () => {
  const { stage, called } = await asked();
  respond(stage, 0, '"error":{"code":-1,"message":"not today"}');
  const error = await called.failed();
  assert.equal(error.code, 'TOOL_INPUT_MISSING');
  assert.match(error.message, /not today/);
  assert.equal(stage.toldMethods.length, 1);
});

test('a safe call that has asked is not repeated when the process is lost, one that has not is', async () => {
  const { stage, called } = await asked();
  const other = stage.request('{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}');
  assert.deepEqual(stage.down(), { held: 0, replayed: 1, rejected: 1 });
  assert.equal((await called.failed()).code, 'PROCESS_EXITED_DURING_CALL');
  assert.equal(stage.toldMethods.filter(method => method === 'notifications/cancelled').length, 2);
  assert.deepEqual(
    stage.clock.pending.filter(ms => ms === 600_000),
    [],
  );
  const server = await stage.upModern();
  server.answer('prompts/get', '{"messages":[]}');
  assert.match(await other.answered(), /"messages":\[\]/);
});

test('the ninth round is one too many', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.call('x');
  for (let round = 1; round <= 8; round++) {
    server.answer('tools/call', `{"resultType":"input_required","requestState":"${round}"}`);
    assert.equal(server.asked('tools/call').length, round + 1);
  }
  server.answer('tools/call', '{"resultType":"input_required","requestState":"9"}');
  assert.equal((await called.failed()).code, 'TOOL_BAD_ANSWER');
  assert.equal(server.asked('tools/call').length, 9);
});
