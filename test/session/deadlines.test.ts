import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Deadlines } from '../../src/session/deadlines.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setUp() {
  const clock = new FakeClock();
  const fired: string[] = [];
  const deadlines = new Deadlines<string>(clock, item => fired.push(`${item}@${clock.now()}`));
  return { clock, fired, deadlines };
}

test('there is one timer, for the first that is due', () => {
  const { clock, fired, deadlines } = setUp();
  deadlines.set('late', 500);
  deadlines.set('early', 100);
  deadlines.set('between', 300);
  assert.deepEqual(clock.pending, [100]);
  clock.advanceSync(300);
  assert.deepEqual(fired, ['early@100', 'between@300']);
  assert.deepEqual(clock.pending, [200]);
});

test('the last that is deleted takes the timer with it, and "never" has none', () => {
  const { clock, deadlines } = setUp();
  deadlines.set('a', 100);
  deadlines.set('never', Infinity);
  deadlines.delete('a');
  deadlines.delete('never');
  assert.deepEqual(clock.pending, []);
  deadlines.set('never', Infinity);
  assert.deepEqual(clock.pending, []);
});

test('one that is moved is due at its new time only', () => {
  const { clock, fired, deadlines } = setUp();
  deadlines.set('a', 100);
  deadlines.set('a', 200);
  clock.advanceSync(150);
  assert.deepEqual(fired, []);
  clock.advanceSync(50);
  assert.deepEqual(fired, ['a@200']);
  assert.deepEqual(clock.pending, []);
});

test('one whose time has passed when it is set is due at once', () => {
  const { clock, fired, deadlines } = setUp();
  clock.advanceSync(50);
  deadlines.set('a', 20);
  clock.advanceSync(0);
  assert.deepEqual(fired, ['a@50']);
});

test('the end of one may delete, move and add others', () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  const deadlines = new Deadlines<string>(clock, item => {
    fired.push(`${item}@${clock.now()}`);
    if (item !== 'a') return;
    deadlines.delete('b');
    deadlines.set('c', 150);
    deadlines.set('d', 120);
  });
  for (const item of ['a', 'b', 'c']) deadlines.set(item, 100);
  clock.advanceSync(1_000);
  assert.deepEqual(fired, ['a@100', 'd@120', 'c@150']);
  assert.deepEqual(clock.pending, []);
});

test('it does what one timer for each would do', () => {
  const item = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.record({ do: fc.constant('set' as const), item, ms: fc.oneof(fc.nat(200), fc.constant(Infinity)) }),
    fc.record({ do: fc.constant('delete' as const), item, ms: fc.constant(0) }),
    fc.record({ do: fc.constant('wait' as const), item, ms: fc.nat(120) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const { clock, fired, deadlines } = setUp();
      const naive = new Map<string, number>();
      const expected: string[] = [];
      for (const { do: what, item: name, ms } of steps) {
        if (what === 'set') {
          deadlines.set(name, clock.now() + ms);
          naive.set(name, clock.now() + ms);
        } else if (what === 'delete') {
          deadlines.delete(name);
          naive.delete(name);
        } else {
          const end = clock.now() + ms;
          for (const [other, due] of naive) {
            if (due > end) continue;
            expected.push(`${other}@${due}`);
            naive.delete(other);
          }
          clock.advanceSync(ms);
        }
        assert.deepEqual([...fired].sort(), [...expected].sort());
        assert.ok(clock.pending.length <= 1, 'one timer for all');
        if (naive.size === 0) assert.deepEqual(clock.pending, []);
      }
    }),
    { numRuns: 3_000 },
  );
});
