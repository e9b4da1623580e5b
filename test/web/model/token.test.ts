import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastedToken, readAddress } from '../../../web/src/model/token.ts';

const cases: readonly (readonly [hash: string, token: string | null, rest: string])[] = [
  ['', null, ''],
  ['#token=abc-DEF_1', 'abc-DEF_1', ''],
  ['#token=a%2Bb', 'a+b', ''],
  ['#/servers/files&token=abc', 'abc', '/servers/files'],
  ['#/servers/files', null, '/servers/files'],
  ['#token=', null, ''],
  ['#token=100%', '100%', ''],
];
for (const [hash, token, rest] of cases) {
  test(`"${hash}" carries ${token === null ? 'no token' : `the token ${token}`}`, () =>
    assert.deepEqual(readAddress(hash), { token, rest }));
}

test('a pasted link is as good as the token in it', () => {
  assert.equal(pastedToken('  abc \n'), 'abc');
  assert.equal(pastedToken('http://127.0.0.1:4653/#token=abc'), 'abc');
  assert.equal(pastedToken(''), '');
});
