import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Seal, sealKey } from '../../src/gateway/seal.ts';

const seal = new Seal(new Uint8Array(32).fill(7));

test('what was sealed opens with the same binding, and with no other', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, binding, other) => {
      const sealed = seal.seal(text, binding);
      assert.match(sealed, /^[\w-]+$/);
      assert.equal(seal.open(sealed, binding), text);
      if (other !== binding) assert.equal(seal.open(sealed, other), null);
    }),
  );
});

test('a sealed text that was changed anywhere does not open', () => {
  const sealed = seal.seal('a ticket', 'me');
  for (let i = 0; i < sealed.length; i++) {
    const changed = `${sealed.slice(0, i)}${sealed[i] === 'A' ? 'B' : 'A'}${sealed.slice(i + 1)}`;
    assert.equal(seal.open(changed, 'me'), null, `character ${i}`);
  }
  for (const foreign of [
    '',
    'x',
    sealed.slice(1),
    sealed.slice(0, -1),
    `${sealed}-TAMPERED`,
    `${sealed}=`,
    ` ${sealed}`,
  ]) {
    assert.equal(seal.open(foreign, 'me'), null, foreign);
  }
});

test('the same text is sealed differently each time, and opens with no other key', () => {
  assert.notEqual(seal.seal('a', 'b'), seal.seal('a', 'b'));
  assert.equal(new Seal(new Uint8Array(32)).open(seal.seal('a', 'b'), 'b'), null);
});

test('the key of a state folder stays, is for its owner alone, and is made anew where it is damaged', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-seal-'));
  t.after(() => rm(folder, { recursive: true }));
  const key = Buffer.from(await sealKey(folder));
  assert.equal(key.length, 32);
  assert.deepEqual(Buffer.from(await sealKey(folder)), key);
  const path = join(folder, 'seal.key');
  // Windows knows no such bits.
  const mode = (await stat(path)).mode & 0o777;
  assert.ok(mode === 0o600 || mode === 0o666, mode.toString(8));
  await writeFile(path, 'short');
  const fresh = Buffer.from(await sealKey(folder));
  assert.notDeepEqual(fresh, key);
  assert.deepEqual(await readFile(path), fresh);
});

test('without a state folder each run has a key of its own', async () => {
  assert.notDeepEqual(Buffer.from(await sealKey(null)), Buffer.from(await sealKey(null)));
});
