import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHolder } from '../../src/daemon/instance-lock.ts';
import { ensureToken } from '../../src/daemon/token.ts';
import { selfIdentity } from '../../src/platform/identity.ts';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { ask, serve } from './serve.ts';

const codeOf = (body: Record<string, unknown>) => (body.error as { code: string }).code;
const messageOf = (body: Record<string, unknown>) => (body.error as { message: string }).message;
/** As it is by default on POSIX, where the socket is closed to others: most of this is not about the token. */
const open = { isTokenRequired: false };
const call = (body: object) => JSON.stringify(body);

test('the path of the socket is published with the lock, and the socket is gone after close', async t => {
  const { control, stateDir } = await serve(t, open);
  assert.equal((await readHolder(stateDir))?.control, control.path);
  await control.close();
  await control.close();
  if (os !== 'windows') assert.equal(existsSync(control.path), false);
});

test('status tells of the manager and of every server', async t => {
  const { control, manager, stateDir } = await serve(t, open);
  await manager.start('files');
  const { status, body } = await ask(control.path, 'GET', '/status');
  assert.equal(status, 200);
  const { manager: about, servers } = body as { manager: Record<string, unknown>; servers: Record<string, unknown>[] };
  assert.deepEqual(
    { ...about, version: '', uptimeMs: 0 },
    {
      pid: process.pid,
      version: '',
      uptimeMs: 0,
      url: null,
      sessions: 0,
      clients: 0,
      isBridged: false,
      token: null,
      config: null,
      configuration: manager.configuration(),
      stateDir,
      network: manager.network(),
      containment: manager.containment(),
      logs: null,
    },
  );
  assert.match(String(about.version), /^\d+\.\d+\.\d+$/);
  assert.deepEqual(
    servers.map(({ name, state }) => [name, state]),
    [
      ['files', 'ready'],
      ['dead & gone/here', 'stopped'],
    ],
  );
});

test('status says where the token is that clients must show, and never the token', async t => {
  const { control, manager, stateDir } = await serve(t, open);
  const token = await ensureToken(stateDir);
  const place = async (shown: string | null) => {
    const endpoint = await manager.listen({ port: 0, token: shown });
    const { body } = await ask(control.path, 'GET', '/status');
    await endpoint.close();
    assert.equal(JSON.stringify(body).includes(token), false);
    return (body.manager as { token: string | null }).token;
  };
  assert.equal(await place(token), join(stateDir, 'token'));
  assert.equal(await place('x'.repeat(43)), 'HOLDFAST_TOKEN');
  assert.equal(await place(null), null);
});

test('servers are started, stopped and restarted, and the answer is the new status', async t => {
  const { control } = await serve(t, open);
  const steer = async (verb: string) => (await ask(control.path, 'POST', `/servers/files/${verb}`)).body;
  const started = await steer('start');
  assert.deepEqual([started.name, started.state, started.incarnation], ['files', 'ready', 1]);
  const restarted = await steer('restart');
  assert.deepEqual([restarted.state, restarted.incarnation], ['ready', 2]);
  const stopped = await steer('stop');
  assert.deepEqual([stopped.state, stopped.desired, stopped.pid], ['stopped', 'down', null]);
});

test('a server that cannot start is an answer, not an error, whatever is in its name', async t => {
  const { control } = await serve(t, open);
  const { status, body } = await ask(control.path, 'POST', `/servers/${encodeURIComponent('dead & gone/here')}/start`);
  assert.deepEqual([status, body.state], [200, 'failed']);
});

test('tools are listed, of one server or of all', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  for (const url of ['/tools', '/tools?server=files']) {
    const { tools } = (await ask(control.path, 'GET', url)).body as { tools: { name: string; server: string }[] };
    assert.ok(
      tools.some(({ name, server }) => name === 'echo' && server === 'files'),
      url,
    );
  }
});

test('a call brings the result of the tool', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  const { status, body } = await ask(
    control.path,
    'POST',
    '/call',
    call({ server: 'files', tool: 'add', arguments: { a: 2, b: 3 } }),
  );
  assert.equal(status, 200);
  assert.deepEqual((body.result as { content: unknown }).content, [{ type: 'text', text: '5' }]);
});

test('a body whose length nobody said is read as well', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  const text = call({ server: 'files', tool: 'add', arguments: { a: 2, b: 3 } });
  const { status } = await ask(control.path, 'POST', '/call', text, { 'transfer-encoding': 'chunked' });
  assert.equal(status, 200);
});

test('an error comes with category, code, message, hint, server and details', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  const unknown = await ask(control.path, 'POST', '/call', call({ server: 'files', tool: 'ecko' }));
  assert.deepEqual(unknown, {
    status: 404,
    body: {
      error: {
        category: 'tool',
        code: 'TOOL_UNKNOWN',
        message: 'the server has no tool "ecko", but "echo"',
        hint: 'see what it has with "holdfast tools files"',
        server: 'files',
        details: { tool: 'ecko', nearest: 'echo' },
      },
    },
  });
  const timedOut = await ask(
    control.path,
    'POST',
    '/call',
    call({ server: 'files', tool: 'slow', arguments: { ms: 60_000 }, timeoutMs: 30 }),
  );
  assert.deepEqual([timedOut.status, codeOf(timedOut.body)], [504, 'TOOL_CALL_TIMEOUT']);
  for (const [method, url] of [
    ['POST', '/servers/flies/start'],
    ['POST', '/servers/flies/stop'],
    ['POST', '/servers/flies/restart'],
    ['GET', '/tools?server=flies'],
  ] as const) {
    const { status, body } = await ask(control.path, method, url);
    assert.deepEqual([status, codeOf(body)], [404, 'TOOL_SERVER_UNKNOWN'], url);
    assert.match(messageOf(body), /"files"/);
  }
});

const malformed: readonly (readonly [what: string, body: string, complaint: RegExp])[] = [
  ['nothing', '', /not JSON/],
  ['broken JSON', '{"server": ', /not JSON/],
  ['no object', '[]', /object/],
  ['a missing key', '{"server":"files"}', /"tool"/],
  ['a wrong type', '{"server":"files","tool":"echo","timeoutMs":"1"}', /"timeoutMs"/],
  ['a negative time', '{"server":"files","tool":"echo","timeoutMs":-1}', /"timeoutMs"/],
  ['arguments that are a list', '{"server":"files","tool":"echo","arguments":[]}', /"arguments"/],
  ['a misspelt key', '{"server":"files","tool":"echo","args":{}}', /"args"/],
];
test('a malformed call is refused, with the key that is wrong', async t => {
  const { control } = await serve(t, open);
  for (const [what, text, complaint] of malformed) {
    const { status, body } = await ask(control.path, 'POST', '/call', text);
    assert.deepEqual([status, codeOf(body)], [400, 'TOOL_BAD_REQUEST'], what);
    assert.match(messageOf(body), complaint, what);
  }
});

test('what does not exist says so', async t => {
  const { control } = await serve(t, open);
  for (const [method, url] of [
    ['GET', '/'],
    ['GET', '/call'],
    ['POST', '/servers/files/explode'],
  ] as const) {
    const { status, body } = await ask(control.path, method, url);
    assert.deepEqual([status, codeOf(body)], [404, 'TOOL_BAD_REQUEST'], url);
  }
});

test('a body that is too large is refused before it is read', async t => {
  const { control } = await serve(t, open);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-length': String(64 * 1024 * 1024 + 1) };
    const asked = request(
      { socketPath: control.path, method: 'POST', path: '/call', headers, agent: false },
      response => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asked.once('error', reject);
    asked.write('{');
    t.after(() => asked.destroy());
  });
  assert.equal(status, 413);
});

test('a caller who hangs up cancels the call at the server', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  const outcomes: string[] = [];
  manager.on('call.finished', ({ tool, outcome }) => {
    if (tool === 'slow') outcomes.push(outcome);
  });
  const body = call({ server: 'files', tool: 'slow', arguments: { ms: 60_000 } });
  const asked = request({ socketPath: control.path, method: 'POST', path: '/call', agent: false });
  // That the connection ends is what we want.
  asked.once('error', () => {});
  asked.end(body);
  await eventually(() => manager.status()[0]?.inFlight === 1, { what: 'the call to be under way' });
  asked.destroy();
  await eventually(() => outcomes.length > 0, { what: 'the call to end' });
  assert.deepEqual(outcomes, ['cancelled']);
});

test('a request to shut down is answered first', async t => {
  const { control, shutdowns } = await serve(t, open);
  assert.equal((await ask(control.path, 'POST', '/shutdown')).status, 202);
  await eventually(() => shutdowns() === 1, { what: 'the manager to be told' });
});

test('who asks to inherit the folder is its only successor', async t => {
  const { control, stateDir, lock, shutdowns } = await serve(t, open);
  const shutDown = (body: object) =>
    ask(control.path, 'POST', '/shutdown', call(body), { 'content-type': 'application/json' });
  assert.equal((await shutDown({ heir: { pid: 'one' } })).status, 400);
  assert.equal(shutdowns(), 0);
  const heir = await selfIdentity();
  assert.equal((await shutDown({ heir })).status, 202);
  await eventually(() => shutdowns() === 1, { what: 'the manager to be told' });
  await lock.release();
  assert.deepEqual([(await readHolder(stateDir))?.pid, (await readHolder(stateDir))?.control], [heir.pid, null]);
});

test('closing ends open calls, streams and idle connections', async t => {
  const { control, manager } = await serve(t, open);
  await manager.start('files');
  const body = call({ server: 'files', tool: 'slow', arguments: { ms: 60_000 } });
  const broken = assert.rejects(ask(control.path, 'POST', '/call', body), { code: 'ECONNRESET' });
  const idle = connect(control.path);
  const idleClosed = new Promise<void>(resolve => idle.once('close', () => resolve()));
  await eventually(() => manager.status()[0]?.inFlight === 1, { what: 'the call to be under way' });
  await control.close();
  await broken;
  await idleClosed;
  await eventually(() => manager.status()[0]?.inFlight === 0, { what: 'the call to be cancelled' });
});

test('where a token is required nothing goes without it', async t => {
  const { control, stateDir, shutdowns } = await serve(t, { isTokenRequired: true });
  const token = await ensureToken(stateDir);
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: token }]) {
    for (const [method, url] of [
      ['GET', '/status'],
      ['POST', '/shutdown'],
      ['GET', '/nothing'],
    ] as const) {
      assert.equal((await ask(control.path, method, url, undefined, headers)).status, 401);
    }
  }
  assert.equal(
    (await ask(control.path, 'GET', '/status', undefined, { authorization: `Bearer ${token}` })).status,
    200,
  );
  assert.equal(shutdowns(), 0);
});

test('on Windows, where any user may open a pipe, a token is required by default', async t => {
  const { control } = await serve(t);
  assert.equal((await ask(control.path, 'GET', '/status')).status, os === 'windows' ? 401 : 200);
});
