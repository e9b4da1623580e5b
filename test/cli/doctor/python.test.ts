import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonVerdict } from '../../../src/cli/doctor/python.ts';

const storeStub = 'C:\\Users\\ada\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe';

test('a placeholder that only opens the Store is no Python', () => {
  const verdict = pythonVerdict({ storeStub }, {});
  assert.deepEqual([verdict.status, verdict.details.storeStub], ['warning', storeStub]);
  assert.match(verdict.hint ?? '', /python\.org/);
});

test('a real Python beside the placeholder is fine, and so is none at all', () => {
  assert.equal(pythonVerdict({ storeStub }, { found: 'C:\\Python\\python3.exe' }).summary, 'C:\\Python\\python3.exe');
  assert.equal(pythonVerdict({}, {}).status, 'ok');
});
