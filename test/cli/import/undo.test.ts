import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Verdict, verdictOf } from '../../../src/cli/import/undo.ts';

const cases: readonly (readonly [
  says: string,
  current: string | null,
  backup: string | null,
  verdict: Verdict,
  forced: Verdict,
])[] = [
  ['a file as the rewiring left it is restored', 'after', 'before', 'restore', 'restore'],
  ['one that was never replaced, or is restored already, is left', 'before', 'before', 'nothing', 'nothing'],
  ['so it is without a backup', 'before', null, 'nothing', 'nothing'],
  ['one that was changed since is kept, unless that is forced', 'other', 'before', 'changed', 'restore and keep'],
  ['one that was deleted since is brought back by force alone', null, 'before', 'changed', 'restore and keep'],
  ['without the backup nothing is touched', 'after', null, 'no backup', 'no backup'],
  ['a backup that was changed is none', 'other', 'changed', 'no backup', 'no backup'],
];
for (const [says, current, backup, verdict, forced] of cases) {
  test(says, () => {
    const record = { before: 'before', after: 'after' };
    assert.equal(verdictOf(record, current, backup, false), verdict);
    assert.equal(verdictOf(record, current, backup, true), forced);
  });
}
