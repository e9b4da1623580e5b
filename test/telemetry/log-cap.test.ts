import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { overCap, turn } from '../../src/telemetry/log-cap.ts';

const file = (name: string, bytes: number, changedAt: number) => ({ name, bytes, changedAt });

test('what was put aside goes first, the oldest before all, whosever it is', () => {
  const files = [
    file('a.log', 10, 1),
    file('a.log.1', 10, 5),
    file('gone.log.2', 10, 3),
    file('gone.log.1', 10, 4),
    file('b.log', 10, 9),
  ];
  assert.deepEqual(overCap(files, 50), []);
  assert.deepEqual(overCap(files, 49), ['gone.log.2']);
  assert.deepEqual(overCap(files, 20), ['gone.log.2', 'gone.log.1', 'a.log.1']);
  assert.deepEqual(overCap(files, 19), ['gone.log.2', 'gone.log.1', 'a.log.1', 'a.log']);
});

test('of files that changed at the same time the one that was put aside earlier goes first', () => {
  assert.deepEqual(overCap([file('a.log.1', 10, 1), file('a.log.2', 10, 1)], 10), ['a.log.2']);
});

test('there are not ever more files, however small', () => {
  const files = Array.from({ length: 12 }, (_, index) => file(`${index}.log`, 1, index));
  assert.deepEqual(overCap(files, 1_000, 10), ['0.log', '1.log']);
});

test('what is none of ours is neither counted nor removed', () => {
  assert.deepEqual(overCap([file('token', 1_000, 1), file('a.log', 10, 2)], 10), []);
});

test('whatever there is, what stays is under the cap, and nothing goes that need not', () => {
  const any = fc.record({ age: fc.nat(3), bytes: fc.nat(100), changedAt: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), fc.nat(1_000), (all, cap) => {
      const files = all.map(({ age, ...rest }, index) => ({
        name: `${index}.log${age === 0 ? '' : `.${age}`}`,
        ...rest,
      }));
      const gone = overCap(files, cap);
      const bytes = (names: readonly string[]) =>
        files.reduce((sum, each) => sum + (names.includes(each.name) ? 0 : each.bytes), 0);
      assert.ok(bytes(gone) <= cap);
      if (gone.length > 0) assert.ok(bytes(gone.slice(0, -1)) > cap);
    }),
  );
});

test('a full file is put aside, those before it move on, and the last one goes', () => {
  assert.deepEqual(turn([0], 5), { removed: [], moved: [0] });
  assert.deepEqual(turn([4, 3, 2, 1, 0], 5), { removed: [4], moved: [3, 2, 1, 0] });
  assert.deepEqual(turn([0, 2], 5), { removed: [], moved: [2, 0] });
});

test('with fewer files than before the surplus goes, and with one nothing is put aside', () => {
  assert.deepEqual(turn([4, 3, 2, 1, 0], 3), { removed: [4, 3, 2], moved: [1, 0] });
  assert.deepEqual(turn([1, 0], 1), { removed: [1, 0], moved: [] });
});
