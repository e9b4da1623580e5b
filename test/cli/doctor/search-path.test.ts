import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PathFacts, pathextVerdict, pathVerdict } from '../../../src/cli/doctor/search-path.ts';

const cases: readonly (readonly [name: string, facts: PathFacts, status: string, says: RegExp])[] = [
  ['full paths are fine', { os: 'linux', value: '/usr/bin:/bin', missing: [] }, 'ok', /^2 folders$/],
  [
    'a folder that is gone is told and harmless',
    { os: 'windows', value: 'C:\\Windows;D:\\gone', missing: ['D:\\gone'] },
    'ok',
    /^2 folders; not there: D:\\gone$/,
  ],
  [
    'of many that are gone two are named',
    { os: 'linux', value: '/a:/b:/c:/d', missing: ['/a', '/b', '/c', '/d'] },
    'ok',
    /not there: \/a, \/b and 2 more$/,
  ],
  ['no PATH is a problem', { os: 'linux', value: undefined, missing: [] }, 'problem', /not set/],
  ['nor does an empty one name anything', { os: 'windows', value: '', missing: [] }, 'problem', /not set/],
  [
    'an empty entry means the current folder',
    { os: 'linux', value: '/bin::/usr/bin', missing: [] },
    'warning',
    /empty/,
  ],
  ['on Windows it means nothing', { os: 'windows', value: 'C:\\a;;C:\\b;', missing: [] }, 'ok', /folders/],
  [
    'a relative entry is odd',
    { os: 'linux', value: '/bin:node_modules/.bin', missing: [] },
    'warning',
    /node_modules\/\.bin/,
  ],
  ['also on Windows', { os: 'windows', value: 'C:\\a;"bin"', missing: [] }, 'warning', /^relative bin:/],
  [
    'cmd.exe has a limit of its own',
    { os: 'windows', value: `C:\\${'a'.repeat(8_190)}`, missing: [] },
    'warning',
    /too long \(8193 characters, 8191 at most\)/,
  ],
  ['which Linux has not', { os: 'linux', value: `/${'a'.repeat(8_192)}`, missing: [] }, 'ok', /folders/],
  [
    'two complaints are both told',
    { os: 'linux', value: ':bin', missing: [] },
    'warning',
    /^an empty entry .*; relative bin: /,
  ],
];
for (const [name, facts, status, says] of cases) {
  test(`PATH: ${name}`, () => {
    const verdict = pathVerdict(facts);
    assert.equal(verdict.status, status);
    assert.match(verdict.summary, says);
    assert.equal(verdict.hint === null, status === 'ok');
  });
}

test('PATHEXT must let programs and npm’s commands be found', () => {
  const statuses = ['.COM;.EXE;.BAT;.CMD', '.com; .exe ;.cmd', undefined, '  '].map(
    value => pathextVerdict(value).status,
  );
  assert.deepEqual(statuses, ['ok', 'ok', 'ok', 'ok']);
  const withoutCmd = pathextVerdict('.COM;.EXE;.BAT');
  assert.deepEqual([withoutCmd.status, withoutCmd.details.lacking], ['problem', ['.CMD']]);
  assert.match(withoutCmd.summary, /npx/);
  assert.match(pathextVerdict('.PY').summary, /lacks \.EXE and \.CMD: programs/);
});
