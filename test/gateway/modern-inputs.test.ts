import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, lackingCapability, questionOf, responsesOf } from '../../src/gateway/modern-inputs.ts';
import { parseMessage, type RequestEnvelope } from '../../src/session/json-text.ts';

function envelope(text: string): RequestEnvelope {
  const parsed = parseMessage(text);
  assert.ok(parsed.ok && parsed.envelope.kind === 'request');
  return parsed.envelope;
}

const ask = (method: string, params = '{}', capabilities: object = {}) =>
  questionOf(envelope(`{"jsonrpc":"2.0","id":7,"method":"${method}","params":${params}}`), { ...capabilities });

test('a question goes to the client in the server’s own words', () => {
  const params = '{"message":"who?","requestedSchema":{"n":1.0},"_meta":{"a":1}}';
  const question = ask('elicitation/create', params, { elicitation: {} });
  assert.deepEqual(question, {
    id: '7',
    key: null,
    method: 'elicitation/create',
    entry: `{"method":"elicitation/create","params":${params}}`,
    lacks: null,
  });
});

test('a question without params gets an empty object of them', () => {
  const question = questionOf(envelope('{"id":1,"method":"roots/list"}'), { roots: {} });
  assert.equal(question?.entry, '{"method":"roots/list","params":{}}');
});

test('the id of an elicitation, which nothing refers to any more, is left out', () => {
  const question = ask('elicitation/create', '{"mode":"url","elicitationId":"x","url":"https://a"}', {
    elicitation: { url: {} },
  });
  assert.equal(question?.entry, '{"method":"elicitation/create","params":{"mode":"url","url":"https://a"}}');
});

test('a server may name its question', () => {
  const named = (hint: string) => ask('roots/list', `{"_meta":{"holdfast/inputKey":${hint}}}`)?.key;
  assert.deepEqual(['"folders"', '""', '5'].map(named), ['folders', null, null]);
});

test('what the client has not declared is what it lacks, by name', () => {
  const url = '{"mode":"url"}';
  const tools = '{"tools":[]}';
  const cases: readonly (readonly [string, string, object, object | null])[] = [
    ['elicitation/create', '{}', {}, { elicitation: {} }],
    ['elicitation/create', '{}', { elicitation: {} }, null],
    ['elicitation/create', url, { elicitation: {} }, { elicitation: { url: {} } }],
    ['elicitation/create', url, { elicitation: { url: {} } }, null],
    ['sampling/createMessage', '{}', { elicitation: {} }, { sampling: {} }],
    ['sampling/createMessage', tools, { sampling: {} }, { sampling: { tools: {} } }],
    ['sampling/createMessage', tools, { sampling: { tools: {} } }, null],
    ['roots/list', '{}', { roots: true }, { roots: {} }],
    ['roots/list', '{}', { roots: {} }, null],
  ];
  for (const [method, params, capabilities, lacks] of cases) {
    const question = ask(method, params, capabilities);
    assert.deepEqual(question?.lacks, lacks, method + params);
    if (question === null || lacks === null) continue;
    const { status, code, data } = lackingCapability(question);
    assert.deepEqual([status, code, data], [400, -32021, { requiredCapabilities: lacks }]);
  }
});

test('any other request of a server is no question', () => {
  assert.equal(ask('vendor/ask'), null);
});

test('an answer goes back as it was written', () => {
  const question = ask('roots/list');
  assert.ok(question);
  assert.equal(answerTo(question, '{"roots":[1.0]}'), '{"jsonrpc":"2.0","id":7,"result":{"roots":[1.0]}}');
});

test('the client’s answers are taken by their keys, and must be objects', () => {
  const given = (responses: string) =>
    responsesOf(envelope(`{"id":1,"method":"tools/call","params":{"inputResponses":${responses}}}`));
  const good = given('{"a":{"n": 1.0},"b":{}}');
  assert.ok(good.ok);
  assert.deepEqual(
    [...good.values],
    [
      ['a', '{"n": 1.0}'],
      ['b', '{}'],
    ],
  );
  for (const bad of ['null', '[]', '1', '{"a":{},"b":5}', '{"a":null}']) {
    const refused = given(bad);
    assert.ok(!refused.ok, bad);
    assert.equal(refused.refusal.code, -32602);
  }
  const none = responsesOf(envelope('{"id":1,"method":"tools/call","params":{}}'));
  assert.ok(none.ok && none.values.size === 0);
});
