import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site } from '../../src/gateway/open-routes.ts';
import { ask, serve } from './endpoint.ts';

const NO_TOKEN = { authorization: undefined };

/** Of which `/page` is open; it answers with what it was asked. */
function siteOf(): Site & { readonly asked: string[]; closed: number } {
  const asked: string[] = [];
  return {
    asked,
    closed: 0,
    isOpen: (method, path) => method === 'GET' && path === '/page',
    async fetch(request, { incoming }) {
      const { pathname, search } = new URL(request.url);
      asked.push(`${request.method} ${pathname}${search}`);
      return Response.json([await request.text(), incoming.socket.remoteAddress], { status: 201 });
    },
    close() {
      this.closed++;
    },
  };
}

test('what is not of MCP goes to the site, whole, with what carries it; without the token what is open alone', async t => {
  const site = siteOf();
  const { endpoint } = await serve(t, { site });
  const said = await ask(endpoint.port, { path: '/else?x=1', body: 'hello' });
  assert.deepEqual([said.status, said.text], [201, '["hello","127.0.0.1"]']);
  assert.equal((await ask(endpoint.port, { method: 'GET', path: '/page?y', headers: NO_TOKEN })).status, 201);
  for (const [method, path] of [
    ['POST', '/page'],
    ['GET', '/page/'],
    ['GET', '/else'],
    ['GET', '/x/../page'],
  ] as const)
    assert.equal((await ask(endpoint.port, { method, path, headers: NO_TOKEN })).status, 401, `${method} ${path}`);
  assert.deepEqual(site.asked, ['POST /else?x=1', 'GET /page?y']);
});

test('the paths of MCP and the probes are never the site’s', async t => {
  const site = siteOf();
  const { endpoint } = await serve(t, { site });
  for (const path of ['/livez', '/readyz', '/metrics', '/mcp', '/servers/files/mcp', '/servers/none/mcp'])
    await ask(endpoint.port, { method: 'GET', path, headers: { accept: 'application/json' } });
  assert.deepEqual(site.asked, []);
});

test('another Host is refused before the site is asked, also for what is open', async t => {
  const site = siteOf();
  const { endpoint } = await serve(t, { site });
  const evil = { host: 'evil.example', ...NO_TOKEN };
  assert.equal((await ask(endpoint.port, { method: 'GET', path: '/page', headers: evil })).status, 403);
  assert.deepEqual(site.asked, []);
});

test('the site hears once that the endpoint ends', async t => {
  const site = siteOf();
  const { endpoint } = await serve(t, { site });
  await endpoint.close();
  await endpoint.close();
  assert.equal(site.closed, 1);
});

test('without a site other paths are nothing, with the token; and nothing is told without', async t => {
  const { endpoint } = await serve(t);
  assert.equal((await ask(endpoint.port, { method: 'GET', path: '/' })).status, 404);
  assert.equal((await ask(endpoint.port, { method: 'GET', path: '/', headers: NO_TOKEN })).status, 401);
});

test('/metrics is what the manager gives, in the form that it says', async t => {
  const metrics = async () => ({ text: '1\n', contentType: 'text/plain; version=0.0.4' });
  const { endpoint } = await serve(t, { metrics });
  const reply = await ask(endpoint.port, { path: '/metrics', method: 'GET' });
  assert.deepEqual([reply.status, reply.text], [200, '1\n']);
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4');
});

test('metrics that cannot be had are an error that says so, not a page of another program', async t => {
  const { endpoint } = await serve(t, { metrics: () => Promise.reject(new Error('out of descriptors')) });
  const { status, messages } = await ask(endpoint.port, { path: '/metrics', method: 'GET' });
  assert.equal(status, 500);
  assert.equal(messages[0]?.error?.data?.code, 'PROCESS_INTERNAL');
});
