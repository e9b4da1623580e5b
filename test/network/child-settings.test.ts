import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { ChildNetworkOptions } from '../../src/config/types.ts';
import { debugAreas, withNodeSettings } from '../../src/network/child-settings.ts';

const usual: ChildNetworkOptions = { dnsOrder: 'ipv4first', threadPoolSize: 4, traceWarnings: true, debug: false };
const added = (env: Record<string, string>, options: Partial<ChildNetworkOptions> = {}, own = env) =>
  withNodeSettings('linux', env, own, { ...usual, ...options });
const flags = (before: string, options: Partial<ChildNetworkOptions> = {}) =>
  added({ NODE_OPTIONS: before }, options).NODE_OPTIONS;

test('a child gets the order of addresses, traces of warnings and the size of the thread pool', () => {
  assert.deepEqual(added({ PATH: '/bin' }), {
    PATH: '/bin',
    NODE_OPTIONS: '--trace-warnings --dns-result-order=ipv4first',
    UV_THREADPOOL_SIZE: '4',
  });
});

test('NODE_OPTIONS is appended to, never replaced', () => {
  assert.equal(
    flags('--max-old-space-size=512 --require "/a b/c.js"'),
    '--max-old-space-size=512 --require "/a b/c.js" --trace-warnings --dns-result-order=ipv4first',
  );
});

test('what NODE_OPTIONS says already is not said again, and wins', () => {
  assert.equal(flags('--dns-result-order=verbatim --trace-warnings'), '--dns-result-order=verbatim --trace-warnings');
  assert.equal(flags('--dns-result-order ipv6first --no-warnings'), '--dns-result-order ipv6first --no-warnings');
  const once = flags('');
  assert.equal(flags(String(once)), once);
});

test('each setting has its switch', () => {
  assert.equal(flags('-r x', { dnsOrder: 'verbatim', traceWarnings: false }), '-r x');
  assert.equal(added({}, { dnsOrder: 'verbatim', traceWarnings: false }).NODE_OPTIONS, undefined);
  assert.equal(flags('', { dnsOrder: 'ipv6first', traceWarnings: false }), '--dns-result-order=ipv6first');
  assert.equal(added({}, { threadPoolSize: 16 }).UV_THREADPOOL_SIZE, '16');
  assert.equal(added({ UV_THREADPOOL_SIZE: '8' }, { threadPoolSize: 16 }).UV_THREADPOOL_SIZE, '8');
});

test('on Windows names are found whatever their case', () => {
  const env = { Node_Options: '-r x', uv_threadpool_size: '9' };
  assert.deepEqual(withNodeSettings('windows', env, {}, usual), {
    Node_Options: '-r x --trace-warnings --dns-result-order=ipv4first',
    uv_threadpool_size: '9',
  });
});

test('the debug profile never has net or tls but by the word of the server itself', () => {
  assert.equal(added({}, { debug: true }).NODE_DEBUG, 'http,dns,undici,fetch');
  assert.equal(added({ NODE_DEBUG: 'net' }, { debug: true }, {}).NODE_DEBUG, 'http,dns,undici,fetch');
  assert.equal(added({ NODE_DEBUG: 'TLS, http' }, { debug: true }).NODE_DEBUG, 'tls,http,dns,undici,fetch');
  assert.equal(added({ NODE_DEBUG: 'net' }).NODE_DEBUG, 'net');
  assert.deepEqual(debugAreas(undefined), ['http', 'dns', 'undici', 'fetch']);
});

test('this Node starts with the settings, and goes by them', () => {
  const env = added({ ...(process.env as Record<string, string>), NODE_OPTIONS: '--no-deprecation' }, {}, {});
  const script =
    'console.log(require("dns").getDefaultResultOrder(), process.traceProcessWarnings, process.noDeprecation)';
  const { stdout, status, stderr } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), 'ipv4first true true');
});
