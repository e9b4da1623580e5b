import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountVerdict } from '../../../src/cli/doctor/account.ts';

test('rights that every server would get are warned of', () => {
  assert.equal(accountVerdict({ os: 'linux', uid: 0, isElevated: null }).status, 'warning');
  assert.equal(accountVerdict({ os: 'macos', uid: 501, isElevated: null }).status, 'ok');
  assert.equal(accountVerdict({ os: 'windows', uid: null, isElevated: true }).status, 'warning');
  assert.equal(accountVerdict({ os: 'windows', uid: null, isElevated: false }).status, 'ok');
  assert.equal(accountVerdict({ os: 'windows', uid: null, isElevated: null }).status, 'unknown');
});
