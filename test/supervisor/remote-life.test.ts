// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { redactSecrets } from '../../src/errors/redact.ts';
import type { CallToolResult } from '../../src/manager.ts';
import { HttpServer } from '../fixtures/lib/http-server.ts';
import { eventually } from '../support/eventually.ts';
import { fault, type Managed, manage, quick, type ServerSpec, storyOf } from '../support/managed.ts';
import { supervise } from '../support/timeless.ts';

const SECRET = 'sesame-open-0123456789';
const START = ['starting', 'ready'];

interface Far extends Managed {
  readonly server: HttpServer;
}

/** A remote server and a manager that knows it as `far`; afterwards no connection is left. */
async function far(t: TestContext, options: { readonly holdfast?: object; readonly path?: string } = {}): Promise<Far> {
  const server = await HttpServer.start();
  t.after(() => server.close());
  const headers = { Authorization: `Bearer ${SECRET}` };
  const url = `${server.url}${options.path ?? ''}`;
  const managed = await manage(t, { far: { url, headers, holdfast: options.holdfast } });
  managed.sandbox.later(() => eventually(() => server.connections === 0, { what: 'every connection to be closed' }));
  // The manager is closed before that: later cleanups come first.
  managed.sandbox.later(() => managed.manager.close());
  return { ...managed, server };
}

const text = (result: CallToolResult) => result.content[0]?.text;

describe('a remote server', { concurrency: 2 }, () => {
  for (const mode of ['json', 'sse'] as const) {
    test(`is started, called and stopped like any other, with answers as ${mode}`, async t => {
      const { server, manager, story, status, all, events } = await far(t, { path: '?key=hidden' });
      server.mode = mode;
      await manager.start();
      assert.equal(text(await manager.callTool('far', 'echo', { text: 'hello' })), 'hello');
      const { state, health, pid, container, usage, command, url, launch, tools, protocolVersion } = status();
      assert.deepEqual(
        [state, health, pid, container, usage, command, url, launch, tools, protocolVersion],
        ['ready', 'healthy', null, null, null, [], server.url, 'remote', 3, '2025-11-25'],
      );
      await manager.stop();
      assert.deepEqual(story(), [...START, 'stopping', 'cleaned', 'stopped']);
      assert.equal(server.story.at(-1), 'DELETE');
      assert.deepEqual(all('server.ready')[0]?.pid, null);
      assert.deepEqual(all('server.starting')[0]?.url, server.url);
      assert.doesNotMatch(JSON.stringify([events, manager.status()]), /sesame|hidden/);
    });
  }

  test('that nobody calls rests without a session, and gets a new one for the next call', async t => {
    const { server, manager, story, event } = await far(t, { holdfast: { idleStopMs: 100 } });
    await manager.start();
    await event('server.stopped');
    assert.equal(server.story.at(-1), 'DELETE');
    assert.equal(text(await manager.callTool('far', 'echo', { text: 'back' })), 'back');
    assert.deepEqual(story().slice(0, 7), [...START, 'stopping', 'cleaned', 'stopped', ...START]);
  });

  test('that forgets the session gets a new one, and no process: what was sent has not run and is sent again', async t => {
    const { server, manager, story, event, all } = await far(t);
    await manager.start();
    server.forget();
    assert.equal(text(await manager.callTool('far', 'change', { text: 'once' })), 'once', 'even of an unsafe tool');
    await event('server.ready', () => true, 2);
    const lost = 'down connection CONNECTION_LOST';
    assert.deepEqual(story(), [...START, lost, 'cleaned', 'backoff 2/4', ...START]);
    assert.deepEqual(
      all('server.ready').map(({ pid, incarnation }) => [pid, incarnation]),
      [
        [null, 1],
        [null, 2],
      ],
    );
    assert.equal(server.story.filter(method => method === 'initialize').length, 2);
  });

  test('that goes away is waited for, and calls wait with it', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 50, minMs: 50, maxMs: 50 } };
    const { server, manager, story, event } = await far(t, { holdfast });
    await manager.start();
    await server.close();
    await event('server.backoff');
    const answer = manager.callTool('far', 'change', { text: 'late' });
    server.forget();
    await server.open();
    assert.equal(text(await answer), 'late');
    assert.match(story().slice(0, 4).join(', '), /^starting, ready, down (?:network|connection) \w+, cleaned$/);
    assert.equal(story().at(-1), 'ready');
  });

  test('that breaks off calls and lives on keeps its session: a safe one is repeated, another may have run', async t => {
    const { server, manager, story } = await far(t);
    await manager.start();
    const safe = manager.callTool('far', 'wait');
    const unsafe = fault(manager.callTool('far', 'change', { text: 'x' }));
    server.intercept = ({ message }) => message.params?.name === 'change';
    await eventually(() => server.story.filter(method => method === 'tools/call').length === 2, { what: 'both calls' });
    server.drop();
    const { code, mayHaveRun } = await unsafe;
    assert.deepEqual([code, mayHaveRun], ['CONNECTION_LOST', true]);
    await eventually(() => server.story.filter(method => method === 'tools/call').length === 3, { what: 'the repeat' });
    server.release();
    assert.equal(text(await safe), 'waited');
    assert.deepEqual(story(), START);
    assert.ok(server.story.includes('ping'));
  });

  test('that breaks off calls and is gone is waited for: the same of its calls', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 50, minMs: 50, maxMs: 50 } };
    const { server, manager, event } = await far(t, { holdfast });
    await manager.start();
    const safe = manager.callTool('far', 'wait');
    const unsafe = fault(manager.callTool('far', 'change', { text: 'x' }));
    server.intercept = ({ message }) => message.params?.name === 'change';
    await eventually(() => server.story.filter(method => method === 'tools/call').length === 2, { what: 'both calls' });
    await server.close();
    const { code, mayHaveRun, message } = await unsafe;
    assert.deepEqual([code, mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
    assert.match(message, /connection/);
    await server.open();
    await event('server.ready', () => true, 2);
    await eventually(() => server.story.filter(method => method === 'tools/call').length === 3, { what: 'the repeat' });
    server.release();
    assert.equal(text(await safe), 'waited');
  });

  test('that refuses one call goes on with the others', async t => {
    const { server, manager, story } = await far(t);
    await manager.start();
    const statuses = [429, 500, 413];
    server.intercept = ({ message, response }) => {
      if (message.method !== 'tools/call') return false;
      const status = statuses.shift();
      if (status === undefined) return false;
      response.writeHead(status).end();
      return true;
    };
    const limited = await fault(manager.callTool('far', 'echo'));
    assert.deepEqual([limited.code, limited.mayHaveRun, limited.server], ['NETWORK_RATE_LIMITED', false, 'far']);
    const broken = await fault(manager.callTool('far', 'echo'));
    assert.deepEqual([broken.code, broken.mayHaveRun], ['NETWORK_HTTP_STATUS', true]);
    assert.equal((await fault(manager.callTool('far', 'echo'))).mayHaveRun, false);
    assert.equal(text(await manager.callTool('far', 'echo', { text: 'on' })), 'on');
    assert.deepEqual(story(), START);
  });

  test('that wants a login is parked with what to do', async t => {
    const { server, manager, story, status } = await far(t);
    server.intercept = ({ response }) => {
      response
        .writeHead(401, { 'www-authenticate': 'Bearer' })
        .end('{"error":"invalid_token","error_description":"no"}');
      return true;
    };
    await manager.start();
    assert.deepEqual(story(), ['starting', 'down network NETWORK_AUTH', 'cleaned', 'failed NETWORK_AUTH']);
    const hint = String(status().lastError?.hint);
    assert.match(hint, /"headers" of this server.*OAuth is not supported yet/);
    assert.equal(redactSecrets([])(hint), hint, 'it survives where secrets are taken out');
  });

  test('that is no MCP server, or not there, says so', async t => {
    const { server, manager, status } = await far(t, { holdfast: { restart: { ...quick.restart, retries: 0 } } });
    server.intercept = ({ response }) => {
      response.writeHead(404).end('<html>');
      return true;
    };
    await manager.start();
    assert.equal(status().lastError?.code, 'NETWORK_NO_ENDPOINT');
    await server.close();
    await manager.start();
    assert.equal(status().lastError?.code, 'NETWORK_REFUSED');
    await server.open();
  });

  test('that is often out of reach is no crash loop: it has no process', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 3, windowExits: 1 } };
    const { server, manager, story, status } = await far(t, { holdfast });
    await server.close();
    await manager.start();
    assert.equal(story().filter(step => step === 'starting').length, 4);
    assert.equal(story().at(-1), 'failed NETWORK_REFUSED');
    assert.equal(status().lastError?.code, 'NETWORK_REFUSED');
    await server.open();
  });

  test('that takes a connection and says nothing is given up in time', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 0 }, startup: { initializeMs: 200 } };
    const { server, manager, status } = await far(t, { holdfast });
    server.intercept = () => true;
    await manager.start();
    assert.equal(status().lastError?.code, 'CONNECTION_HANDSHAKE_TIMEOUT');
    assert.match(String(status().lastError?.hint), /check "url"/);
  });

  test('that hangs is noticed by its pings, and gets a new session', async t => {
    const server = await HttpServer.start();
    t.after(() => server.close());
    const { supervisor, events, first, drive } = await supervise(t, { far: { url: server.url } });
    void supervisor.start(['far']);
    await drive(() => first('server.ready') !== undefined, { what: 'the start', stepMs: 1 });
    server.intercept = ({ message }) => message.method === 'ping' || message.method === 'tools/list';
    await drive(() => first('server.down') !== undefined, { what: 'the end', stepMs: 500 });
    server.intercept = () => false;
    const { fault: why } = first('server.down') ?? assert.fail();
    assert.equal(why.code, 'CONNECTION_LOST');
    assert.match(why.message, /silent for \d+ ms/);
    await drive(() => supervisor.instance('far').model.state.name === 'ready', { what: 'the next', stepMs: 50 });
    assert.deepEqual(storyOf(events, 'far'), [
      ...START,
      'down connection CONNECTION_LOST',
      'cleaned',
      'backoff 2/4',
      ...START,
    ]);
  });

  test('tells by itself that its tools have changed', async t => {
    const { server, manager, all } = await far(t);
    await manager.start();
    await eventually(() => server.streams.size === 1, { what: 'the stream' });
    server.intercept = exchange => {
      if (exchange.message.method !== 'tools/list') return false;
      server.reply(exchange, { tools: [{ name: 'fresh', inputSchema: { type: 'object' } }] });
      return true;
    };
    server.say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await eventually(() => all('catalogue.changed').some(({ added }) => added.includes('fresh')), {
      what: 'the change',
    });
  });
});

const unusable: readonly (readonly [says: string, spec: ServerSpec, code: string, hint: RegExp])[] = [
  [
    'a variable that nobody set',
    { url: 'https://a.example/', headers: { A: '${NONE}' } },
    'PROCESS_VARIABLE_MISSING',
    /"headers"/,
  ],
  ['a retired transport', { type: 'sse', url: 'https://a.example/sse' }, 'NETWORK_TRANSPORT', /use "type": "http"/],
  ['a variable that is no address', { url: '${ADDRESS}' }, 'NETWORK_NO_ENDPOINT', /check "url"/],
];
for (const [says, spec, code, hint] of unusable) {
  test(`${says} fails its server alone, before anything is sent`, async t => {
    const { manager, story, status } = await manage(t, { far: spec }, { env: { ...process.env, ADDRESS: 'nowhere' } });
    await manager.start();
    assert.deepEqual(story(), [`down ${code.split('_')[0]?.toLowerCase()} ${code}`, 'cleaned', `failed ${code}`]);
    assert.match(String(status().lastError?.hint), hint);
  });
}
