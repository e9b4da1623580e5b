import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawKey, rawMemberOf, rawObject, rawString, rawValue } from '../session/raw-json.ts';
import { META, Stage } from './modern-stage.ts';

const METHODS = ['tools/call', 'tools/list', 'prompts/get', 'resources/read', 'server/discover', 'vendor/x', 'ping'];
const wild = (name: string, sane: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  rawMemberOf(rawKey(name), fc.oneof({ weight: 3, arbitrary: sane }, rawValue));

const meta = rawObject([
  wild(`${META}protocolVersion`, fc.constantFrom('"2026-07-28"', '"2026-07-28"', '"v9"')),
  wild(`${META}clientCapabilities`, fc.constantFrom('{}', '{"roots":{}}', '{"elicitation":{"url":{}}}')),
  wild(`${META}clientInfo`, fc.constant('{"name":"a","version":"1"}')),
  wild('progressToken', rawString),
]);
const params = rawObject([
  wild('_meta', meta),
  wild('name', rawString),
  wild('uri', rawString),
  wild('inputResponses', fc.constant('{"a":{}}')),
]);
const message = rawObject([
  rawMemberOf(rawKey('jsonrpc'), fc.constant('"2.0"')),
  wild('id', fc.constantFrom('1', '"a"', '1.5', '12345678901234567890')),
  wild('method', fc.constantFrom(...METHODS.map(method => JSON.stringify(method)))),
  wild('params', params),
]);

test('whatever a body holds, it gets one clear answer under its own id, and the next client is served', async t => {
  const stage = await Stage.open(t);
  stage.backend.answers = () => '"result":{"content":[]}';
  const statuses = new Set<number>();
  const property = fc.asyncProperty(message, fc.constantFrom(...METHODS), async (body, method) => {
    const { name, uri } = ((JSON.parse(body) as { params?: unknown }).params ?? {}) as {
      name?: unknown;
      uri?: unknown;
    };
    const named = method === 'resources/read' ? uri : name;
    const encoded = Buffer.from(String(named)).toString('base64');
    const response = await stage.send(body, {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': typeof named === 'string' ? `=?base64?${encoded}?=` : undefined,
    });
    statuses.add(response.status);
    assert.ok([200, 202, 400, 404].includes(response.status), `${response.status} to ${body}`);
    if (response.status === 202) return;
    const { jsonrpc, id, result, error } = (await response.json()) as Record<string, unknown>;
    assert.equal(jsonrpc, '2.0');
    assert.ok((result === undefined) !== (error === undefined), 'a result or an error');
    const { id: own } = JSON.parse(body) as { id: unknown };
    assert.ok(id === null || Object.is(id, own), `${String(id)} to ${body}`);
  });
  // Of bodies that are made by chance few are whole, and now and then none.
  const meta = `"${META}protocolVersion":"2026-07-28","${META}clientCapabilities":{}`;
  const whole = `{"jsonrpc":"2.0","id":-0,"method":"tools/list","params":{"_meta":{${meta}}}}`;
  await fc.assert(property, { numRuns: 300, examples: [[whole, 'tools/list']] });
  assert.ok(statuses.has(200) && statuses.has(400), 'the bodies reached both ends');
  assert.deepEqual(stage.bugs, []);
  assert.equal((await stage.post('tools/list')).status, 200);
});

test('answers, states and questions of any form are refused without harm to the call that waits', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('ask', { capabilities: { roots: {} } });
  sent.ask(1, 'roots/list');
  await stage.collect();
  const { requestState } = await (await response).result();
  const property = fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (state, inputResponses) => {
    fc.pre(state !== requestState);
    const params = { name: 'ask', arguments: {}, requestState: state, inputResponses };
    const refused = await stage.post('tools/call', { params, capabilities: { roots: {} } });
    assert.equal((await refused.error()).code, -32602);
  });
  await fc.assert(property, { numRuns: 100 });
  const params = { name: 'ask', arguments: {}, requestState, inputResponses: { 'roots-1': {} } };
  const last = stage.post('tools/call', { params, capabilities: { roots: {} } });
  await sent.session.responded(1);
  sent.answer('"result":{"content":[]}');
  assert.equal((await (await last).result()).resultType, 'complete');
});

test('a request that is nested beyond measure is answered', async t => {
  const stage = await Stage.open(t);
  stage.backend.answers = () => '"result":{}';
  // Windows' stack is the smallest that we meet.
  const deep = `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`;
  for (const [capabilities, args] of [
    [deep, '{}'],
    ['{}', deep],
  ]) {
    const _meta = `{"${META}protocolVersion":"2026-07-28","${META}clientCapabilities":${capabilities}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":${args},"_meta":${_meta}}}`;
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'x' };
    assert.equal((await stage.send(body, headers)).status, 200);
  }
});
