// The dashboard's page and the control API on the endpoint, as a browser, a program, and somebody who means harm would ask for them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Endpoint } from '../../src/manager.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { type Served, serve } from './serve.ts';

const TOKEN = 'the-door-key-of-this-test';
const authorization = `Bearer ${TOKEN}`;

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Stage extends Served {
  readonly endpoint: Endpoint;
  /** The path goes out as it is. */
  fetch(method: string, path: string, headers?: object, body?: string): Promise<Reply>;
}

async function stage(t: TestContext, token: string | null = TOKEN): Promise<Stage> {
  const { folder } = await withNothingLeft(t);
  const pageDir = mkdtempSync(join(folder, 'page-'));
  mkdirSync(join(pageDir, 'assets'));
  writeFileSync(join(pageDir, 'index.html'), '<p>the page');
  writeFileSync(join(pageDir, 'assets', 'main-1a2b.js'), 'run();');
  const served = await serve(t, { pageDir });
  const endpoint = await served.manager.listen({ port: 0, token, site: served.control.site });
  const fetch: Stage['fetch'] = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const { port } = endpoint;
      const asked = request({ host: '127.0.0.1', port, method, path, headers: { ...headers }, agent: false });
      asked.once('error', reject);
      asked.once('response', async response => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
      asked.end(body);
    });
  return { ...served, endpoint, fetch };
}

const errorOf = ({ text }: Reply) => (JSON.parse(text) as { error: { code: string; message: string } }).error;

test('the page is open, and its policy lets nothing run or be loaded but its own', async t => {
  const { fetch } = await stage(t);
  const page = await fetch('GET', '/?x=1');
  assert.deepEqual(
    [page.status, page.text, page.headers['content-type']],
    [200, '<p>the page', 'text/html; charset=utf-8'],
  );
  assert.equal(
    page.headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  const { headers } = page;
  assert.deepEqual(
    [headers['x-content-type-options'], headers['referrer-policy'], headers['cache-control']],
    ['nosniff', 'no-referrer', 'no-cache'],
  );
  const again = await fetch('GET', '/', { 'if-none-match': headers.etag });
  assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', headers.etag]);
  const head = await fetch('HEAD', '/');
  assert.deepEqual([head.status, head.text], [200, '']);
  const script = await fetch('GET', '/assets/main-1a2b.js');
  assert.deepEqual(
    [script.text, script.headers['content-type'], script.headers['cache-control']],
    ['run();', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  );
});

test('the API wants the token: none is 401, a wrong one 401, too many wrong ones 429, and the right one goes on', async t => {
  const { fetch } = await stage(t);
  assert.equal((await fetch('GET', '/api/status')).status, 401);
  const statuses: number[] = [];
  for (let guess = 0; guess < 40; guess++)
    statuses.push((await fetch('GET', '/api/status', { authorization: `Bearer ${guess}` })).status);
  assert.deepEqual([...new Set(statuses)], [401, 429]);
  const right = await fetch('GET', '/api/status', { authorization });
  assert.deepEqual([right.status, right.headers['cache-control']], [200, 'no-store']);
  assert.doesNotMatch(right.text, new RegExp(TOKEN));
});

test('whatever a path turns into on its way, without the token nothing comes of it but the page', async t => {
  const { fetch } = await stage(t);
  for (const path of [
    '/api',
    '/api/',
    '/api/history',
    '//api/status',
    '/./api/status',
    '/%61pi/status',
    '/assets/../api/status',
    '/assets/..%2fapi%2fstatus',
    '/assets/%2e%2e/api/status',
    '/..%2f..%2fetc%2fpasswd',
    '/../../etc/passwd',
    '/assets/',
    '/index.html',
    '/assets/main-1a2b.js/../../api/status',
    'http://127.0.0.1/api/status',
    '/nothing',
  ]) {
    assert.equal((await fetch('GET', path)).status, 401, path);
    const trusted = await fetch('GET', path, { authorization });
    assert.doesNotMatch(trusted.text, /root:|the page|run\(\)/, path);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal((await fetch(method, '/')).status, 401, method);
});

test('another Host or Origin is refused before anything else, for the page as well', async t => {
  const { fetch } = await stage(t);
  for (const path of ['/', '/api/status']) {
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }, { origin: 'null' }])
      assert.equal((await fetch('GET', path, { authorization, ...headers })).status, 403, JSON.stringify(headers));
  }
});

test('a page of another site can make nothing happen, also where no token is asked for', async t => {
  const { fetch, endpoint, manager, shutdowns } = await stage(t, null);
  const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' };
  for (const path of ['/api/shutdown', '/api/servers/files/start', '/api/call'])
    assert.equal((await fetch('POST', path, headers, '{}')).status, 403, path);
  assert.deepEqual([shutdowns(), manager.status()[0]?.state], [0, 'stopped']);
  const own = { origin: `http://127.0.0.1:${endpoint.port}` };
  assert.equal((await fetch('POST', '/api/servers/files/start', own)).status, 200);
});

test('what is not there is told in JSON, and starts nothing of the caller’s choosing', async t => {
  const { fetch, manager } = await stage(t);
  const body = JSON.stringify({ name: 'evil', command: 'sh', args: ['-c', 'true'] });
  for (const [method, path] of [
    ['POST', '/api/servers'],
    ['PUT', '/api/servers/evil'],
    ['PATCH', '/api/servers/files'],
    ['POST', '/api/servers/files/command'],
    ['POST', '/api/config'],
    ['GET', '/api/nothing'],
  ] as const) {
    const reply = await fetch(method, path, { authorization }, method === 'GET' ? undefined : body);
    assert.deepEqual([reply.status, errorOf(reply).code], [404, 'TOOL_BAD_REQUEST'], path);
  }
  const call = await fetch('POST', '/api/call', { authorization }, body);
  assert.deepEqual([call.status, errorOf(call).code], [400, 'TOOL_BAD_REQUEST']);
  assert.deepEqual(manager.servers, ['files', 'dead & gone/here']);
});

test('a body that is too large is refused before it is read', async t => {
  const { endpoint } = await stage(t);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization, 'content-length': String(64 * 1024 * 1024 + 1) };
    const { port } = endpoint;
    const asked = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/call', headers, agent: false });
    asked.once('error', reject);
    asked.once('response', response => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.write('{');
    t.after(() => asked.destroy());
  });
  assert.equal(status, 413);
});

test('who asks whether to send a body is told to, as curl asks', async t => {
  const { fetch, manager } = await stage(t);
  await manager.start('files');
  const body = JSON.stringify({ server: 'files', tool: 'add', arguments: { a: 2, b: 3 } });
  const reply = await fetch('POST', '/api/call', { authorization, expect: '100-continue' }, body);
  assert.deepEqual([reply.status, JSON.parse(reply.text).result.content[0].text], [200, '5']);
});

test('the API does on the endpoint what it does on the socket: servers, events, history, the end', async t => {
  const { fetch, endpoint, shutdowns } = await stage(t);
  const headers = { authorization };
  const dead = await fetch('POST', `/api/servers/${encodeURIComponent('dead & gone/here')}/start`, headers);
  assert.equal(JSON.parse(dead.text).state, 'failed');
  const { port } = endpoint;
  const lines = await new Promise<string[]>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/api/events?recent=2000', headers, agent: false });
    asked.once('error', reject).end();
    asked.once('response', async response => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) {
        text += chunk;
        if (text.includes('"recent.end"')) break;
      }
      resolve(text.trimEnd().split('\n'));
    });
  });
  const types = lines.map(line => (JSON.parse(line) as { type: string }).type);
  assert.equal(types.at(-1), 'recent.end');
  assert.ok(types.includes('server.failed'), types.join(' '));
  const history = JSON.parse((await fetch('GET', '/api/history?since=0', headers)).text);
  assert.deepEqual([history.everyMs, history.restarts[0].server], [5_000, 'dead & gone/here']);
  for (const path of ['/api/events?recent=all', '/api/history?since=-1']) {
    const reply = await fetch('GET', path, headers);
    assert.deepEqual([reply.status, errorOf(reply).code], [400, 'TOOL_BAD_REQUEST'], path);
  }
  assert.equal((await fetch('HEAD', '/api/events', headers)).status, 200);
  assert.equal((await fetch('POST', '/api/shutdown', headers)).status, 202);
  await eventually(() => shutdowns() === 1, { what: 'the manager to be told' });
});

test('an endpoint that closes does not wait for those who read events', async t => {
  const { endpoint } = await stage(t);
  const { port } = endpoint;
  const ended = new Promise<void>((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: '/api/events?recent=0',
      headers: { authorization },
      agent: false,
    });
    asked.once('error', reject).end();
    asked.once('response', response => {
      response.once('end', resolve);
      // The first line: it reads now.
      response.once('data', () => void endpoint.close());
    });
  });
  // In good order: a connection that is cut off is an error.
  await ended;
});
