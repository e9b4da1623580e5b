import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PRIVATE, replaceFile } from '../../src/cli/replace-file.ts';
import { withNothingLeft } from '../support/leak-check.ts';

test('a file that is asked about last of all stays where the answer is no, and no draft stays beside it', async t => {
  const { folder } = await withNothingLeft(t);
  const file = join(folder, 'a.json');
  writeFileSync(file, 'old');
  const before = readdirSync(folder);
  assert.equal(await replaceFile(file, 'new', PRIVATE, () => Promise.resolve(false)), false);
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), before);
  assert.equal(await replaceFile(file, 'new', PRIVATE), true);
  assert.equal(readFileSync(file, 'utf8'), 'new');
});
