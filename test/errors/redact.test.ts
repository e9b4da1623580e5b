import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactSecrets } from '../../src/errors/redact.ts';

const hidePatterns = redactSecrets([]);

// The mark itself must not be able to complete a secret.
const secret = fc
  .string({ minLength: 8, maxLength: 40 })
  .filter(value => !/[[\]]/.test(value) && !'redacted'.includes(value));

test('no given secret of eight or more characters survives, also where secrets overlap', () => {
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 6 }),
      fc.array(fc.string(), { maxLength: 6 }),
      (secrets, others) => {
        const text = secrets.flatMap((value, index) => [others[index] ?? '', value, value.slice(4)]).join('');
        const safe = redactSecrets(secrets)(text);
        for (const value of secrets) assert.ok(!safe.includes(value), JSON.stringify({ value, safe }));
      },
    ),
  );
});

test('where one secret reaches into another, nothing of either stays', () => {
  assert.equal(redactSecrets(['abcdefgh', 'efghijkl'])('<abcdefghijkl>'), '<[redacted]>');
  assert.equal(redactSecrets(['abcdefgh', 'abcdefgh12345678'])('abcdefgh12345678'), '[redacted]');
});

test('a given secret is found as it stands in URLs, in JSON and line by line', () => {
  const redact = redactSecrets(['pass"word/1', '-----BEGIN-----\nMIIEvQIBADAN\n-----END-----']);
  assert.equal(redact('GET /?q=pass%22word%2F1'), 'GET /?q=[redacted]');
  assert.equal(redact(JSON.stringify({ x: 'pass"word/1' })), '{"x":"[redacted]"}');
  assert.equal(redact('read MIIEvQIBADAN'), 'read [redacted]');
});

test('shorter values stay, or they would blot out ordinary words', () => {
  assert.equal(redactSecrets(['1', 'true', 'debug'])('debug is true 1'), 'debug is true 1');
});

const hidden: readonly [string, string][] = [
  ['Authorization: Bearer abc.def', 'Authorization: [redacted]'],
  ['{"authorization":"Basic dXNlcjpw","a":1}', '{"authorization":"[redacted]","a":1}'],
  ["authorization: [ 'Bearer abc', 'Bearer def' ]", 'authorization: [redacted]'],
  ['Set-Cookie: sid=1; Path=/', 'Set-Cookie: [redacted]'],
  ['sent Bearer abcdefgh1', 'sent Bearer [redacted]'],
  ['GITHUB_TOKEN=abc', 'GITHUB_TOKEN=[redacted]'],
  ['"apiKey": "a b c", "x": 1', '"apiKey": "[redacted]", "x": 1'],
  ['{\\"client_secret\\":\\"abc\\",\\"x\\":1}', '{\\"client_secret\\":\\"[redacted]\\",\\"x\\":1}'],
  ['password: 1234', 'password: [redacted]'],
  ['"password":"with \\"quotes\\" in it"', '"password":"[redacted]"'],
  ['postgres://ada:p@ss@db.example/x', 'postgres://[redacted]@db.example/x'],
  ['GET https://x.example/a?key=abc&n=1', 'GET https://x.example/a?key=[redacted]&n=1'],
  ['using sk-abcdefghijklmnop1234', 'using [redacted]'],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'got [redacted]'],
];

for (const [text, safe] of hidden)
  test(`hides what looks like a secret: ${text}`, () => assert.equal(hidePatterns(text), safe));

const kept = [
  'max_tokens=4096',
  'token: null',
  'GITHUB_TOKEN: not set',
  'needs-token: the server exited',
  'Basic authentication is needed',
  'connect ECONNREFUSED 127.0.0.1:5432',
  'see https://example.com/docs?page=2 or mail ada@example.com',
  "SyntaxError: Unexpected token '<'",
];

for (const text of kept) test(`leaves alone: ${text}`, () => assert.equal(hidePatterns(text), text));
