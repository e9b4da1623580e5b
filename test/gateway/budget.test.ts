import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget } from '../../src/gateway/budget.ts';

test('all together may have so much, and each a part of it', () => {
  const budget = new Budget(10, 6);
  const [a, b] = [budget.of('a'), budget.of('b')];
  assert.deepEqual([a.take(6), a.take(1), b.take(5), b.take(4)], [true, false, false, true]);
  assert.equal(budget.used, 10);
  a.give(3);
  // Whoever has the same name has the same part.
  assert.deepEqual([budget.of('a').take(4), budget.of('a').take(3)], [false, true]);
});

test('who has no part has all that is left', () => {
  const budget = new Budget(10, 6);
  assert.deepEqual([budget.of('a').take(2), budget.take(9), budget.take(8)], [true, false, true]);
});

test('whatever is taken and given back, nobody has more than his part, and nothing is lost', () => {
  const step = fc.record({ who: fc.constantFrom('a', 'b', 'c'), amount: fc.nat(8), takes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), steps => {
      const budget = new Budget(20, 9);
      const has = new Map<string, number>();
      for (const { who, amount, takes } of steps) {
        const own = has.get(who) ?? 0;
        const all = [...has.values()].reduce((sum, one) => sum + one, 0);
        if (takes) {
          const fits = own + amount <= 9 && all + amount <= 20;
          assert.equal(budget.of(who).take(amount), fits);
          if (fits) has.set(who, own + amount);
        } else {
          const back = Math.min(own, amount);
          budget.of(who).give(back);
          has.set(who, own - back);
        }
        assert.equal(
          budget.used,
          [...has.values()].reduce((sum, one) => sum + one, 0),
        );
      }
    }),
  );
});
