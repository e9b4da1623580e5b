import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Berth, place, type Wish } from '../../src/supervisor/placement.ts';

const first: Berth = {
  key: 'k',
  isFirst: true,
  isFixed: false,
  owner: 'none',
  isBusy: false,
  mayAskOthers: false,
  isFresh: true,
};
const shared: Wish = { key: 'k', isOwn: false, isFresh: false, mayStart: true };
const own: Wish = { ...shared, isOwn: true };
const fresh: Wish = { ...own, isFresh: true };
const full: Wish = { ...shared, mayStart: false };

const cases: [string, readonly Berth[], Wish, ReturnType<typeof place>][] = [
  ['the same key is joined, however busy', [{ ...first, isBusy: true }], shared, { type: 'join', at: 0 }],
  ['another key takes over what nobody uses', [{ ...first, key: 'x' }], shared, { type: 'takeOver', at: 0 }],
  ['another key leaves alone who is busy', [{ ...first, key: 'x', isBusy: true }], shared, { type: 'start' }],
  ['the library’s own is never taken over', [{ ...first, key: 'x', isFixed: true }], shared, { type: 'start' }],
  ['what is not the first is not taken over', [{ ...first, key: 'x', isFirst: false }], shared, { type: 'start' }],
  [
    'at the limit any that is free is taken over',
    [{ ...first, key: 'x', isFirst: false }],
    full,
    { type: 'takeOver', at: 0 },
  ],
  ['at the limit nobody is put beside others', [{ ...first, key: 'x', isBusy: true }], full, { type: 'full' }],
  ['what another owns is not joined', [{ ...first, owner: 'other', isBusy: true }], shared, { type: 'start' }],
  [
    'one’s own is gone back to',
    [
      { ...first, isBusy: true },
      { ...first, owner: 'me' },
    ],
    shared,
    { type: 'join', at: 1 },
  ],
  ['who is alone has it for himself without a move', [first], own, { type: 'join', at: 0 }],
  [
    'where calls that others gave up may still ask, a process begins anew before a client has it for himself',
    [{ ...first, mayAskOthers: true }],
    own,
    { type: 'takeOver', at: 0 },
  ],
  ['who shares need not mind them', [{ ...first, mayAskOthers: true }], shared, { type: 'join', at: 0 }],
  ['who is not alone gets another', [{ ...first, isBusy: true }], own, { type: 'start' }],
  [
    'a fresh one is asked for and found',
    [
      { ...first, isFresh: false },
      { ...first, isFirst: false },
    ],
    fresh,
    { type: 'join', at: 1 },
  ],
  ['a used one is made fresh', [{ ...first, isFresh: false }], fresh, { type: 'takeOver', at: 0 }],
  [
    'a spare for another is made anew',
    [
      { ...first, isBusy: true },
      { ...first, isFirst: false, key: 'x' },
    ],
    fresh,
    { type: 'takeOver', at: 1 },
  ],
];
for (const [says, berths, wish, expected] of cases) {
  test(`a place for a client: ${says}`, () => assert.deepEqual(place(berths, wish), expected));
}

test('nobody is put beside one with another key, nor with an owner, nor beside anybody where he must be alone', () => {
  const berth: fc.Arbitrary<Berth> = fc.record({
    key: fc.constantFrom('k', 'x'),
    isFirst: fc.boolean(),
    isFixed: fc.boolean(),
    owner: fc.constantFrom('none', 'me', 'other'),
    isBusy: fc.boolean(),
    mayAskOthers: fc.boolean(),
    isFresh: fc.boolean(),
  });
  const wish = fc.record({ key: fc.constant('k'), isOwn: fc.boolean(), isFresh: fc.boolean(), mayStart: fc.boolean() });
  fc.assert(
    fc.property(fc.array(berth, { maxLength: 4 }), wish, (berths, wished) => {
      const placement = place(berths, wished);
      if (placement.type === 'start' || placement.type === 'full') {
        assert.equal(placement.type === 'start', wished.mayStart);
        return;
      }
      const found = berths[placement.at] ?? assert.fail();
      assert.notEqual(found.owner, 'other');
      if (placement.type === 'join') assert.equal(found.key, 'k');
      else assert.ok(!found.isBusy && !found.isFixed && found.owner === 'none');
      if (wished.isOwn && found.owner === 'none') assert.ok(!found.isBusy);
    }),
  );
});
