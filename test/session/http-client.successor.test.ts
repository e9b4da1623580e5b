// One client after another in the same session, and the end of a server that is known to have ended.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { systemClock } from '../../src/process/clock.ts';
import { HttpClient, type HttpClientSetup } from '../../src/session/http-client.ts';
import { isSessionLost } from '../../src/session/http-session.ts';
import { EVENTS, HttpServer } from '../fixtures/lib/http-server.ts';
import { eventually } from '../support/eventually.ts';

const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
const CALL = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"wait"}}';

async function serverFor(t: TestContext): Promise<HttpServer> {
  const server = await HttpServer.start();
  t.after(() => server.close());
  return server;
}

function clientFor(t: TestContext, server: HttpServer, more: Partial<HttpClientSetup> = {}) {
  const messages: string[] = [];
  const lost: HoldfastError[] = [];
  const setup = { url: new URL(server.url), headers: {}, agent: new Agent(), clock: systemClock };
  const client = new HttpClient(
    { ...setup, maxMessageBytes: 100_000, maxQueue: 4, ...more },
    {
      onMessage: ({ text }) => void messages.push(text),
      onNoise: why => assert.fail(why),
      onFailed: (_message, error) => void lost.push(error),
      onOversize: () => assert.fail(),
      onBroken: (_message, error) => void lost.push(error),
      onLost: error => void lost.push(error),
    },
  );
  t.after(() => client.close(0));
  return { client, messages, lost };
}

test('a client goes on with the session of another, without being introduced', async t => {
  const server = await serverFor(t);
  const first = clientFor(t, server);
  first.client.write(INITIALIZE);
  await eventually(() => first.messages.length === 1, { what: 'the session' });
  const session = first.client.known;
  await first.client.close(0);
  const second = clientFor(t, server, { session });
  second.client.write(CALL);
  await eventually(() => server.received.length === 2, { what: 'the call' });
  const { headers } = server.received[1] ?? assert.fail();
  assert.deepEqual([headers['mcp-session-id'], headers['mcp-protocol-version']], [session.id, session.version]);
  server.release();
  await eventually(() => second.messages.length === 1, { what: 'the answer' });
  await second.client.close(1_000);
  assert.equal(server.sessions.size, 0, 'it may also end it');
});

test('a session that the server has forgotten is told from a server that is gone', async t => {
  const server = await serverFor(t);
  const { client, lost } = clientFor(t, server, { session: { id: 'of-yesterday', version: '2025-11-25' } });
  client.write(CALL);
  await eventually(() => lost.length === 1, { what: 'the end' });
  assert.equal(isSessionLost(lost[0] ?? assert.fail()), true);
  const gone = clientFor(t, server, { session: { id: 'x', version: null } });
  await server.close();
  gone.client.write(CALL);
  await eventually(() => gone.lost.length === 1, { what: 'the end' });
  assert.equal(isSessionLost(gone.lost[0] ?? assert.fail()), false);
  await server.open();
});

for (const what of ['an answer', 'the session'] as const) {
  test(`where nothing is taken up again, a stream of ${what} that ends is the end`, async t => {
    const server = await serverFor(t);
    const { client, messages, lost } = clientFor(t, server, { resumes: false });
    client.write(INITIALIZE);
    await eventually(() => messages.length === 1, { what: 'the session' });
    server.intercept = ({ verb, response }) => {
      if ((what === 'an answer') !== (verb === 'POST')) return false;
      // An id and a short wait invite to come back.
      response.writeHead(200, EVENTS).end('id: 7\nretry: 1\ndata: \n\n');
      return true;
    };
    if (what === 'an answer') client.write(CALL);
    else void client.listen();
    await eventually(() => lost.length === 1, { what: 'the end' });
    assert.equal(lost[0]?.code, 'CONNECTION_LOST');
    assert.equal(server.received.length, 2, 'nobody has come back');
  });
}
