import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureToken, isAuthorized, readToken } from '../../src/daemon/token.ts';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';

test('a token is made once, kept, and closed to others', async t => {
  const { folder } = await withNothingLeft(t);
  assert.equal(await readToken(folder), null);
  const token = await ensureToken(folder);
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(await ensureToken(folder), token);
  assert.equal(await readToken(folder), token);
  if (os !== 'windows') assert.equal(statSync(join(folder, 'token')).mode & 0o777, 0o600);
});

test('a file that holds no token is replaced by one', async t => {
  const { folder } = await withNothingLeft(t);
  writeFileSync(join(folder, 'token'), '');
  assert.match(await ensureToken(folder), /^[\w-]{43}$/);
});

test('only the whole token opens', () => {
  assert.equal(isAuthorized('Bearer secret', 'secret'), true);
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'secret',
    'Bearer secre',
    'Bearer secret ',
    'bearer secret',
  ])
    assert.equal(isAuthorized(header, 'secret'), false, header);
});
