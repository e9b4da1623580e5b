import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionIds } from '../../src/session/server-requests.ts';
import { Stage, turn } from './stage.ts';

const ask = (method: string, id = '0') => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{"n":1.0}}`;
const idsOf = (texts: readonly string[]) => texts.map(text => JSON.parse(text).id);

test('a question goes to the client under an id of ours, and its answer back under the server’s own', async () => {
  const stage = new Stage();
  const server = await stage.up();
  server.say(ask('elicitation/create', '"q-\\u0031"'));
  server.say(ask('sampling/createMessage', '12345678901234567890'));
  assert.deepEqual(idsOf(stage.asked), [1, 2]);
  assert.equal(stage.asked[0], ask('elicitation/create', '1'), 'all else is untouched');
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":2,"result":{"n":1.0}}'), true);
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}'), true);
  assert.deepEqual(server.lines.slice(-2), [
    '{"jsonrpc":"2.0","id":12345678901234567890,"result":{"n":1.0}}',
    '{"jsonrpc":"2.0","id":"q-\\u0031","error":{"code":-1,"message":"no"}}',
  ]);
});

test('the numbers go on over the lives, and an answer meant for a dead one reaches nobody', async () => {
  const stage = new Stage();
  const first = await stage.up();
  first.say(ask('sampling/createMessage'));
  stage.down();
  const [cancelled] = stage.told.map(text => JSON.parse(text));
  assert.equal(cancelled.method, 'notifications/cancelled');
  assert.equal(cancelled.params.requestId, 1, 'the client need not go on');
  const second = await stage.up();
  second.say(ask('sampling/createMessage'));
  assert.deepEqual(idsOf(stage.asked), [1, 2]);
  const { length } = second.lines;
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":1,"result":{}}'), false);
  assert.equal(second.lines.length, length);
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":2,"result":{}}'), true);
  assert.equal(second.lines.at(-1), '{"jsonrpc":"2.0","id":0,"result":{}}');
});

test('a second answer, an answer to nothing and what is no answer are refused', async () => {
  const stage = new Stage();
  const server = await stage.up();
  server.say(ask('roots/list'));
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":1,"result":{}}'), true);
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":9,"result":{}}',
    '{"jsonrpc":"2.0","id":"x","result":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    'nothing',
  ]) {
    assert.equal(stage.session.respond(text), false, text);
  }
});

test('an answer that the server may not have is kept from it; that there is none is no secret', async () => {
  const stage = new Stage();
  const server = await stage.up();
  const client = { onRequest: (text: string) => stage.asked.push(text), onNotification: () => {} };
  stage.session.setAudience({ addressee: () => ({ client, refusal: () => 'not for you' }), hear: () => {} });
  server.say(ask('roots/list'));
  server.say(ask('roots/list'));
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":1,"result":{"roots":["secret"]}}'), true);
  assert.match(server.lines.at(-1) ?? '', /"error":\{"code":-32603,"message":"not for you"\}/);
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"no"}}'), true);
  assert.match(server.lines.at(-1) ?? '', /"message":"no"/);
});

test('a question that the server takes back is taken back from the client, by the client’s number', async () => {
  const stage = new Stage();
  const server = await stage.up();
  server.say(ask('elicitation/create', '"a"'));
  const cancel = (id: string) =>
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id},"reason":"x","n":1.0}}`;
  server.say(cancel('"b"'));
  assert.deepEqual(stage.told, []);
  server.say(cancel('"\\u0061"'));
  assert.deepEqual(stage.told, [cancel('1')]);
  assert.equal(stage.session.respond('{"jsonrpc":"2.0","id":1,"result":{}}'), false);
});

test('a ping is answered by us, under its own id', async () => {
  const stage = new Stage();
  const server = await stage.up();
  server.say('{"jsonrpc":"2.0","id":"p","method":"ping"}');
  assert.equal(server.lines.at(-1), '{"jsonrpc":"2.0","id":"p","result":{}}');
  assert.deepEqual(stage.asked, []);
});

test('without a client each question is answered with an error', async () => {
  const stage = new Stage({ hasClient: false });
  const server = await stage.up();
  server.say(ask('roots/list', '"r"'));
  const answer = JSON.parse(server.lines.at(-1) ?? '');
  assert.deepEqual([answer.id, answer.error.code], ['r', -32603]);
});

test('asking for the roots or a ping leaves a call safe to repeat; any other question does not', async () => {
  const fates = [];
  for (const method of ['roots/list', 'ping', 'elicitation/create', 'sampling/createMessage', 'vendor/ask']) {
    const stage = new Stage();
    const server = await stage.up();
    stage.call('read');
    server.say(ask(method));
    const { replayed, rejected } = stage.down();
    fates.push([method, replayed, rejected]);
    await turn();
  }
  assert.deepEqual(fates, [
    ['roots/list', 1, 0],
    ['ping', 1, 0],
    ['elicitation/create', 0, 1],
    ['sampling/createMessage', 0, 1],
    ['vendor/ask', 0, 1],
  ]);
});

test('the numbers begin anywhere, and stay exact for a client that counts with doubles', () => {
  const [low, high] = [questionIds(() => 0), questionIds(() => 1 - Number.EPSILON)];
  assert.deepEqual([low(), low()], [1, 2]);
  for (let i = 0; i < 1_000; i++) assert.ok(Number.isSafeInteger(high()));
});

test('a client is asked no more once it is gone, and the server is told so; another’s answer counts for nothing', async () => {
  const stage = new Stage();
  const client = { onRequest: () => {}, onNotification: () => {} };
  stage.session.setAudience({ addressee: () => ({ client }), hear: () => {} });
  const server = await stage.up();
  server.say(ask('sampling/createMessage', '"q"'));
  const answer = '{"jsonrpc":"2.0","id":1,"result":{}}';
  assert.equal(stage.session.respond(answer, { ...client }), false);
  stage.session.dismiss(client);
  const told = JSON.parse(server.lines.at(-1) ?? '');
  assert.deepEqual([told.id, told.error.message], ['q', 'the client is gone']);
  assert.equal(stage.session.respond(answer, client), false);
});
