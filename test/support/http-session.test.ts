import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { os } from '../../src/platform/platform.ts';
import { eventually } from './eventually.ts';
import { fixture } from './fixture.ts';
import { HttpError, HttpSession, textOf } from './http-session.ts';

/** A session with an endpoint that answers everything with this text. */
async function answered(t: TestContext, type: string, body: string, status = 200): Promise<HttpSession> {
  const server = createServer((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = new HttpSession({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
  t.after(() => {
    session.hangUp();
    server.close();
  });
  return session;
}

test('a session tells answers, notifications and what nobody asked for apart', async t => {
  const events = [
    ': a comment\n\n',
    'id: 1\nretry: 10\ndata:\n\n',
    'id: 2\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n',
    'id: 3\r\ndata: {"jsonrpc":"2.0","id":7,\r\ndata: "result":{"n":1}}\r\n\r\n',
    'data: {"jsonrpc":"2.0","id":7,"result":{"n":2}}\n\n',
  ];
  const session = await answered(t, 'text/event-stream', events.join(''));
  assert.deepEqual((await session.request('x', {}, { id: 7 })).result, { n: 1 });
  await eventually(() => session.strays.length > 0, { what: 'the second answer' });
  assert.deepEqual(
    session.strays.map(({ result }) => result),
    [{ n: 2 }],
  );
  assert.deepEqual(
    session.heard.map(({ method }) => method),
    ['notifications/x'],
  );
  assert.equal(session.lastEventId, '3');
  await assert.rejects(session.request('x', {}, { id: '7' }), /ended without an answer/, 'an id has a type, too');
});

test('a status that is no success rejects the request', async t => {
  const session = await answered(t, 'application/json', '{"error":{}}', 404);
  await assert.rejects(session.request('x'), (error: unknown) => error instanceof HttpError && error.status === 404);
});

// The benches, and the bridge with them, are not there where the Windows tests run.
const skip = os === 'windows' ? 'no bridge there' : false;
test('a session talks with a server through the smallest bridge, both ways', { skip }, async t => {
  const bridge = fileURLToPath(new URL(`../../bench/bridge${extname(import.meta.url)}`, import.meta.url));
  const { command, args } = fixture('well-behaved');
  const child = spawn(process.execPath, [bridge, command, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill());
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const elicited = () => ({ action: 'accept', content: { name: 'Ada' } });
  const session = await HttpSession.open({ url, answers: { 'elicitation/create': elicited } });
  t.after(() => session.hangUp());
  assert.equal(textOf(await session.call('echo', { text: 'hi' })), 'hi');
  assert.match(textOf(await session.call('ask-elicitation')), /Ada/);
  assert.equal(session.asked.length, 1);
  await session.call('progress', { steps: 2 }, { progressToken: 1 });
  assert.deepEqual(
    session.heard.map(({ params }) => params?.progress),
    [1, 2],
  );
  await session.end();
  await assert.rejects(session.call('echo'), /HTTP 404/);
});
