import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeProxy, discoverProxy, type ProxyFound, proxyFor, withProxy } from '../../src/network/proxy.ts';
import type { SystemProxy } from '../../src/platform/system-network.ts';

const user: SystemProxy = { source: 'internet settings', proxy: null, bypass: null, pac: null };
const found = (proxy: string, bypass: string | null = null) =>
  discoverProxy('windows', {}, [{ ...user, proxy, bypass }]);

test('the variables win over what the system has, in upper and lower case', () => {
  const env = { https_proxy: 'http://u:p@lower.test:1', no_proxy: 'a, b' };
  assert.deepEqual(discoverProxy('linux', env, [{ ...user, proxy: 'x:1' }]), {
    source: 'environment',
    http: null,
    https: 'http://u:p@lower.test:1',
    direct: ['a', 'b'],
    pac: null,
  });
  assert.equal(discoverProxy('linux', { ALL_PROXY: 'http://all.test' }, null).https, 'http://all.test');
  assert.equal(discoverProxy('windows', { Http_Proxy: 'http://x.test' }, null).http, 'http://x.test');
});

test('what the system has is understood: one for all, or one for each scheme, and its exceptions', () => {
  const all = found('proxy.corp.test:8080', '*.corp.test;10.*;<local>;https://x.test');
  assert.deepEqual(all, {
    source: 'internet settings',
    http: 'http://proxy.corp.test:8080',
    https: 'http://proxy.corp.test:8080',
    direct: ['.corp.test', '10.*', 'x.test'],
    pac: null,
  });
  const each = found('http=h.test:1;https=s.test:2;ftp=f.test:3');
  assert.deepEqual([each.http, each.https], ['http://h.test:1', 'http://s.test:2']);
});

test('a script is named and not run', () => {
  const pac = discoverProxy('windows', {}, [{ ...user, pac: 'http://u:p@wpad.test/proxy.pac' }]);
  assert.deepEqual([pac.http, pac.source], [null, 'internet settings']);
  assert.equal(
    describeProxy(pac),
    'by the script at http://wpad.test/proxy.pac, which is not run here: set HTTPS_PROXY (internet settings)',
  );
});

test('no proxy is found where there is none', () => {
  assert.equal(discoverProxy('linux', { HTTPS_PROXY: '' }, null).source, 'none');
  assert.equal(describeProxy(discoverProxy('windows', {}, [])), 'no proxy');
});

test('credentials are never in the words', () => {
  const words = (http: string | null, https: string | null) =>
    describeProxy({ source: 'environment', http, https, direct: [], pac: null });
  assert.equal(words('http://u:p@x.test:1', 'http://u:p@x.test:1'), 'by http://x.test:1 (environment)');
  assert.equal(words('u:p@ss@x.test:1', null), 'http by x.test:1 (environment)');
  assert.equal(words(null, 'http://u@y.test'), 'https by http://y.test (environment)');
});

const corporate: ProxyFound = {
  source: 'winhttp',
  http: 'http://p:1',
  https: 'http://p:2',
  direct: ['.corp'],
  pac: null,
};

test('a child without a proxy gets it in both cases of the names, with this machine excepted', () => {
  assert.deepEqual(withProxy('linux', {}, corporate), {
    HTTP_PROXY: 'http://p:1',
    http_proxy: 'http://p:1',
    HTTPS_PROXY: 'http://p:2',
    https_proxy: 'http://p:2',
    NO_PROXY: '.corp,localhost,127.0.0.1,::1',
    no_proxy: '.corp,localhost,127.0.0.1,::1',
    NODE_USE_ENV_PROXY: '1',
  });
  assert.deepEqual(Object.keys(withProxy('windows', {}, corporate)), [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'NODE_USE_ENV_PROXY',
  ]);
});

test('a child that has one keeps it, and only this machine is excepted as well', () => {
  const env = { https_proxy: 'http://own', no_proxy: 'x,localhost', NODE_USE_ENV_PROXY: '0' };
  assert.deepEqual(withProxy('linux', env, corporate), {
    ...env,
    NO_PROXY: 'x,localhost,127.0.0.1,::1',
    no_proxy: 'x,localhost,127.0.0.1,::1',
  });
  const nothing = { HTTP_PROXY: 'http://own', NO_PROXY: '*' };
  assert.deepEqual(withProxy('linux', nothing, corporate), nothing);
});

test('without a proxy nothing changes', () => {
  const env = { NO_PROXY: 'x' };
  assert.equal(withProxy('linux', env, { ...corporate, http: null, https: null }), env);
});

test('which proxy leads to an address: by its scheme, and not where it is excepted', () => {
  const env = {
    HTTP_PROXY: 'http://plain:1',
    HTTPS_PROXY: 'secure:2',
    NO_PROXY: 'corp.example, .below.example,only.example:8443',
  };
  const found = discoverProxy('linux', env, null);
  const hostFor = (url: string) => proxyFor(new URL(url), found)?.host ?? null;
  assert.equal(hostFor('http://a.example/mcp'), 'plain:1');
  assert.equal(hostFor('https://a.example/mcp'), 'secure:2');
  for (const url of [
    'https://corp.example/',
    'https://x.CORP.example/',
    'https://a.below.example/',
    'https://only.example:8443/',
    'http://localhost:3000/mcp',
    'http://127.0.0.1:3000/mcp',
    'http://[::1]:3000/mcp',
  ])
    assert.equal(hostFor(url), null, url);
  assert.equal(hostFor('https://only.example/'), 'secure:2');
  assert.equal(hostFor('https://notcorp.example/'), 'secure:2');
});

test('everything excepted is no proxy, and one of another kind is not used', () => {
  const direct = discoverProxy('linux', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, null);
  const socks = discoverProxy('linux', { ALL_PROXY: 'socks5://p:1' }, null);
  for (const found of [direct, socks]) assert.equal(proxyFor(new URL('https://a.example/'), found), null);
});
