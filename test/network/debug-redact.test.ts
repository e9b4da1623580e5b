import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { DebugRedactor } from '../../src/network/debug-redact.ts';

const redact = (text: string) => {
  const redactor = new DebugRedactor();
  return text
    .split('\n')
    .map(line => redactor.line(line))
    .join('\n');
};

const cases: readonly (readonly [before: string, after: string])[] = [
  ["headers: { Authorization: 'Bearer abc', Host: 'a' },", "headers: { Authorization: '[redacted]', Host: 'a' },"],
  ["[ 'Cookie', 'sid=1', 'Host', 'a' ]", "[ 'Cookie', '[redacted]', 'Host', 'a' ]"],
  ["auth: 'user:pass',", "auth: '[redacted]',"],
  ["'x-api-key': [ 'X-Api-Key', 'k' ],", "'x-api-key': '[redacted]',"],
  ['auth: null,', 'auth: null,'],
  ["'Authorization: Basic dTpw\\r\\n' +", "'Authorization: [redacted]\\r\\n' +"],
  ['GET http://u:p@h/x?a=1&token=t&sig=s', 'GET http://[redacted]@h/x?a=1&token=[redacted]&sig=[redacted]'],
  ['sockets localhost:80: 1 1', 'sockets localhost:80: 1 1'],
  [
    "authorization: [\n  'Authorization',\n  'Bearer x'\n],\nhost: 'h'",
    "authorization: [redacted]\n  [redacted]\n  [redacted]\n],\nhost: 'h'",
  ],
  ["a: [\n  'Set-Cookie',\n  'sid=1',\n  'Host'\n]", "a: [\n  'Set-Cookie',\n  [redacted]\n  'Host'\n]"],
  ["Cookie:\n  'sid=1',\nHost: 'h'", "Cookie: [redacted]\n  [redacted]\nHost: 'h'"],
  ["cookie: 'a' +\n  'b',\nhost: 'h'", "cookie: [redacted]\n  [redacted]\nhost: 'h'"],
];
for (const [before, after] of cases) {
  test(`secrets are taken out of: ${before.replaceAll('\n', ' ⏎ ')}`, () => assert.equal(redact(before), after));
}

const SECRET_NAMES = [
  'Authorization',
  'proxy-authorization',
  'Cookie',
  'set-cookie',
  'auth',
  'X-Api-Key',
  'x-auth-token',
  'client_secret',
  'Password',
  'accessToken',
  'X-Session-Id',
  'passphrase',
];
const name = fc.constantFrom(...SECRET_NAMES);
const plain = fc.constantFrom('Host', 'port', 'path', 'agent', 'accept');
// A text that looks like nothing else, however it is quoted, cut or wrapped by `util.inspect`.
const secret = fc
  .tuple(
    fc.constantFrom('', 'Bearer ', 'Basic ', 'sid="1"; a=', "it's "),
    fc.nat({ max: 12 }),
    fc.constantFrom('', '"', "'", '\\', '`'),
  )
  .map(([before, times, quote]) => `${before}${`Zq9${quote}`.repeat(times)}Zq9`);
const values = fc.oneof(
  secret,
  fc.array(secret, { minLength: 1, maxLength: 4 }),
  secret.map(value => ({ value })),
);
const tree = fc.letrec<{ node: unknown }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.dictionary(name, values, { maxKeys: 3 }),
    fc.dictionary(plain, fc.oneof(fc.nat(), fc.constant('plain'), tie('node')), { maxKeys: 4 }),
    fc.tuple(name, secret, plain, fc.constant('plain')).map(flat => [...flat]),
  ),
})).node;

test('no secret of an object shows, however util.inspect lays it out', () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 20, max: 200 }), fc.nat({ max: 6 }), (value, breakLength, compact) => {
      const text = `createConnection: ${inspect(value, { breakLength, compact: compact === 0 ? false : compact, depth: 9 })}`;
      assert.equal(redact(text).includes('Zq9'), false, `${text}\n→\n${redact(text)}`);
    }),
    { numRuns: 2_000 },
  );
});

test('no secret in the query of an address shows', () => {
  const key = fc.constantFrom(
    'token',
    'access_token',
    'api_key',
    'X-Amz-Signature',
    'sig',
    'client_secret',
    'code',
    'key',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.constant('Zq9%20+/')), { minLength: 1 }), pairs => {
      const query = pairs.map(([k, v]) => `${k}=${v}`).join('&');
      assert.equal(redact(`sending request to GET https://h//p?a=1&${query}`).includes('Zq9'), false);
    }),
  );
});

test('a long line costs no more than its length', () => {
  for (const unit of ['a-', 'token', "'Authorization', ", 'cookie: ', '\\\\', '?key=', 'http://']) {
    const from = performance.now();
    redact(unit.repeat(8_192 / unit.length));
    assert.ok(performance.now() - from < 500, unit);
  }
});
