// From an HTTP client to a server's pipe and back: what comes out is what went in, byte for byte, but for the id.
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { text as read } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandLine } from '../cli/run-cli.ts';
import { rawId, rawObject, rawValue } from '../session/raw-json.ts';
import { fixture } from '../support/fixture.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { HttpSession } from '../support/http-session.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

// How the fixture writes its answers: the values are such that no parser gives them back.
const BEGIN = '{ "result" : { "big":12345678901234567890,"float":1.0,"exponent":1E2,"beyond":1e400,"zero":-0,';
const BEFORE = '"x-unknown":1.0},{"type":"x-unknown","value":1.0}], "received":';
const AFTER = ', "_meta":{"example.com/kept":1.0} } , "id" : ';

async function post(gateway: Gateway, session: HttpSession, body: string): Promise<string> {
  const headers = {
    authorization: `Bearer ${gateway.token}`,
    'mcp-session-id': String(session.id),
    'mcp-protocol-version': '2025-11-25',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const answer = await new Promise<string>((resolve, reject) => {
    const request = send(gateway.url('one'), { method: 'POST', headers });
    request.once('error', reject);
    request.once('response', response => read(response).then(resolve, reject));
    request.end(body);
  });
  const data = /^data: (.*)$/m.exec(answer.startsWith('{') ? '' : answer.slice(answer.lastIndexOf('data: ')))?.[1];
  return data ?? answer;
}

/** Where JSON has line breaks outside of strings, a pipe of lines cannot. */
const inOneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');

test('a request and its answer pass unchanged', { timeout: 120_000 }, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({ one: fixture('fidelity') });
  const gateway = await startGateway(cli);
  const session = await HttpSession.open({ url: gateway.url('one'), token: gateway.token });
  sandbox.later(() => session.hangUp());

  const isUnchanged = async (begin: string, id: string, rest: string) => {
    const answer = await post(gateway, session, `${begin}${id}${rest}`);
    const from = answer.indexOf(BEFORE);
    const to = answer.lastIndexOf(AFTER);
    assert.ok(answer.startsWith(BEGIN) && from > 0 && to > from, answer.slice(0, 1_000));
    assert.equal(answer.slice(to + AFTER.length), `${id} , "jsonrpc":"2.0" }`, 'the id is the client’s own');
    const received = answer.slice(from + BEFORE.length, to);
    const ours = received.slice(inOneLine(begin).length, received.length - inOneLine(rest).length);
    assert.match(ours, /^("\w+"|\d+)$/, 'the server sees an id of ours');
    // Not `assert.equal`: to show how 8 MB differ takes minutes.
    assert.ok(received === inOneLine(`${begin}${ours}${rest}`), received.slice(0, 1_000));
  };
  const params = rawObject([rawValue.map(value => `"id":${value}`), rawValue.map(value => `"method":${value}`)]);
  const property = fc.asyncProperty(rawValue, rawId, params, rawValue, (before, id, params, after) =>
    isUnchanged(
      `{ "x-before":${before},"jsonrpc":"2.0" ,"id": `,
      id,
      ` ,"method":"x-unknown/call","params":${params},"x-after":${after} }`,
    ),
  );
  await fc.assert(property, { numRuns: process.env.HOLDFAST_TEST_FULL === '1' ? 2_000 : 200 });
  // 8 MB of raw text: a letter of two bytes, an escaped quote, an escaped backslash.
  const large = 'ü\\"\\\\'.repeat(1_400_000);
  await isUnchanged('{"jsonrpc":"2.0","id":', '7', `,"method":"x-unknown/large","params":{"text":"${large}"}}`);
  await gateway.stop();
});
