import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { Guard, isOurHost, isOurOrigin } from '../../src/gateway/guard.ts';

const local = { host: '127.0.0.1', port: 4653, hosts: [] };

const hosts: readonly (readonly [host: string | undefined, isOurs: boolean, place?: typeof local | object])[] = [
  ['localhost:4653', true],
  ['LOCALHOST:4653', true],
  ['127.0.0.1:4653', true],
  ['[::1]:4653', true],
  ['localhost', false],
  ['localhost', true, { ...local, port: 80 }],
  ['localhost:4654', false],
  ['evil.example.com:4653', false],
  ['localhost.evil.example.com:4653', false],
  ['127.0.0.1.evil.example.com:4653', false],
  ['localhost:4653@evil.example.com', false],
  ['evil@localhost:4653', false],
  ['192.168.0.7:4653', false],
  ['', false],
  [undefined, false],
  ['192.168.0.7:4653', true, { ...local, host: '192.168.0.7' }],
  ['192.168.0.7:4653', true, { ...local, host: '0.0.0.0' }],
  ['[fe80::1]:4653', true, { ...local, host: '::' }],
  [`${hostname()}:4653`, true, { ...local, host: '0.0.0.0' }],
  ['evil.example.com:4653', false, { ...local, host: '0.0.0.0' }],
  ['mcp.example.com', true, { ...local, hosts: ['MCP.example.com'] }],
  ['mcp.example.com:8080', true, { ...local, hosts: ['mcp.example.com:8080'] }],
  ['mcp.example.com:8081', false, { ...local, hosts: ['mcp.example.com:8080'] }],
];
for (const [host, isOurs, place = local] of hosts) {
  test(`the host ${host} is ${isOurs ? 'ours' : 'not ours'} at ${JSON.stringify(place)}`, () => {
    assert.equal(isOurHost(host, place as typeof local), isOurs);
  });
}

test('an origin is ours where its host is; a program has none', () => {
  for (const origin of [undefined, 'http://localhost:4653', 'https://127.0.0.1:4653', 'http://[::1]:4653']) {
    assert.equal(isOurOrigin(origin, local), true, origin);
  }
  for (const origin of [
    'null',
    '',
    'http://localhost',
    'http://localhost:3000',
    'file://',
    'http://evil.example.com',
  ]) {
    assert.equal(isOurOrigin(origin, local), false, origin);
  }
  assert.equal(isOurOrigin('https://localhost', { ...local, port: 443 }), true);
});

test('a token is wanted, and its scheme may be written in any case', () => {
  const guard = new Guard(local, 'secret', 0);
  assert.equal(guard.checkToken({ authorization: 'Bearer secret' }, 0), null);
  assert.equal(guard.checkToken({ authorization: 'bearer  secret ' }, 0), null);
  for (const authorization of [undefined, '', 'secret', 'Bearer', 'Bearer Secret', 'Basic secret', 'Bearer secret x']) {
    const refusal = guard.checkToken({ authorization }, 0);
    assert.deepEqual([refusal?.status, refusal?.headers['WWW-Authenticate']], [401, 'Bearer realm="holdfast"']);
  }
  assert.equal(new Guard(local, null, 0).checkToken({}, 0), null);
});

test('many wrong tokens are put off, but the right one never', () => {
  const guard = new Guard(local, 'secret', 0);
  const wrong = (now: number) => guard.checkToken({ authorization: 'Bearer wrong' }, now)?.status;
  const statuses = Array.from({ length: 12 }, () => wrong(0));
  assert.deepEqual(statuses, [...Array<number>(10).fill(401), 429, 429]);
  assert.equal(guard.checkToken({ authorization: 'Bearer secret' }, 0), null);
  assert.equal(guard.checkToken({}, 0)?.status, 401, 'none is no guess');
  assert.equal(wrong(1_000), 401);
  assert.equal(wrong(1_000), 429);
  const { error } = guard.checkToken({ authorization: 'Bearer wrong' }, 1_000) ?? {};
  assert.match(error?.toClient().hint ?? '', /^too many wrong tokens/);
});

test('who has another token is somebody else', () => {
  const { principal } = new Guard(local, 'secret', 0);
  assert.notEqual(principal, new Guard(local, 'other', 0).principal);
  assert.equal(principal, new Guard(local, 'secret', 0).principal);
  assert.doesNotMatch(principal, /secret/);
});

test('an empty token is shown by nobody', () => {
  const guard = new Guard({ host: '127.0.0.1', port: 1, hosts: [] }, '', 0);
  assert.equal(guard.checkToken({}, 0)?.status, 401);
  assert.equal(guard.checkToken({ authorization: 'Bearer ' }, 0)?.status, 401);
});
