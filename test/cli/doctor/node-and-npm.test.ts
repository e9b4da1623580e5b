import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeVerdict, npmVerdict } from '../../../src/cli/doctor/node-and-npm.ts';

test('a Node that is too old is a problem, a newer one and its nightly are not', () => {
  const statusOf = (version: string) => nodeVerdict({ version, path: '/usr/bin/node', supported: '>=20.19' }).status;
  assert.deepEqual(['20.18.3', '20.19.0', '27.0.0-nightly'].map(statusOf), ['problem', 'ok', 'ok']);
});

test('without npm whoever needs it is named', () => {
  const none = { path: undefined, version: undefined };
  assert.match(npmVerdict({ ...none, neededBy: ['files', 'web'] }).summary, /files, web needs it$/);
  const nobody = npmVerdict({ ...none, neededBy: [] });
  assert.deepEqual([nobody.status, nobody.hint === null], ['warning', false]);
  const here = npmVerdict({ path: 'C:\\nodejs\\npm.cmd', version: '10.9.4', neededBy: ['files'] });
  assert.deepEqual([here.status, here.summary], ['ok', '10.9.4, C:\\nodejs\\npm.cmd']);
});
