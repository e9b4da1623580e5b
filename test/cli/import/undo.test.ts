import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Changed, type Verdict, verdictOf } from '../../../src/cli/import/undo.ts';

const wishes: readonly Changed[] = ['leave', 'keep', 'replace'];
type Case = readonly [says: string, current: string | null, backup: string | null, verdicts: readonly Verdict[]];
const all = (verdict: Verdict): Verdict[] => wishes.map(() => verdict);
const cases: readonly Case[] = [
  ['a file as the rewiring left it is restored', 'after', 'before', all('restore')],
  ['one that was never replaced, or is restored already, is left', 'before', 'before', all('nothing')],
  ['so it is without a backup', 'before', null, all('nothing')],
  ['of one that was changed since becomes what somebody says', 'other', 'before', ['leave', 'keep', 'replace']],
  ['one that was deleted since is brought back by force alone', null, 'before', ['gone', 'gone', 'restore']],
  ['without the backup nothing is touched', 'after', null, all('no backup')],
  ['a backup that was changed is none', 'other', 'changed', all('no backup')],
];
for (const [says, current, backup, verdicts] of cases) {
  test(says, () => {
    const record = { before: 'before', after: 'after' };
    assert.deepEqual(
      wishes.map(wish => verdictOf(record, current, backup, wish)),
      verdicts,
    );
  });
}
