import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resolveOptions } from '../../src/config/options.ts';
import type { Code } from '../../src/errors/catalogue.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { backoffDelay, halfOpenMs, isCrashLoop, policyOf, withinWindow } from '../../src/lifecycle/restart-policy.ts';
import { policyWith } from './driver.ts';

const { restart } = policyWith();
const delays = (options: typeof restart, count: number, random = () => 0.5) =>
  Array.from({ length: count }, (_, retry) => backoffDelay(retry, options, random));

test('the delay doubles from 1 s and stays at 10 s', () => {
  assert.deepEqual(delays(restart, 7), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
});

test('chance moves it by a tenth, but never out of [minMs, maxMs]', () => {
  assert.deepEqual(
    delays(restart, 6, () => 0),
    [1_000, 1_800, 3_600, 7_200, 9_000, 9_000],
  );
  assert.deepEqual(
    delays(restart, 6, () => 1),
    [1_100, 2_200, 4_400, 8_800, 10_000, 10_000],
  );
});

test('for all numbers the delay is whole, within its bounds, and within a tenth of the doubled one', () => {
  const options = fc
    .tuple(fc.nat(60_000), fc.nat(600_000))
    .map(([minMs, more]) => ({ ...restart, minMs, maxMs: minMs + more }));
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(options, fc.nat(5_000), chance, (numbers, retry, random) => {
      const { minMs, maxMs } = numbers;
      const delay = backoffDelay(retry, numbers, () => random);
      assert.ok(Number.isInteger(delay));
      assert.ok(delay >= minMs && delay <= maxMs, `${delay} in [${minMs}, ${maxMs}]`);
      const full = Math.min(maxMs, minMs * 2 ** retry);
      if (minMs > 0) assert.ok(Math.abs(delay - full) <= full * 0.1 + 0.5, `${delay} for ${full}`);
    }),
    { numRuns: 2_000 },
  );
});

test('with minMs 0 no retry waits', () => {
  assert.deepEqual(new Set(delays({ ...restart, minMs: 0 }, 2_000, () => 0.999)), new Set([0]));
});

test('only the ends inside the window count', () => {
  const now = 1_000_000;
  assert.deepEqual(withinWindow([now - 600_001, now - 600_000, now - 599_999, now], now, restart), [
    now - 599_999,
    now,
  ]);
});

test('the sixth end in ten minutes is a crash loop, the fifth is not, and 0 turns it off', () => {
  const exits = [0, 100_000, 200_000, 300_000, 400_000];
  assert.equal(isCrashLoop(exits, 400_000, restart), false);
  assert.equal(isCrashLoop([...exits, 500_000], 500_000, restart), true);
  assert.equal(isCrashLoop([...exits, 600_000], 600_000, restart), false);
  assert.equal(isCrashLoop([...exits, 500_000], 500_000, { ...restart, windowExits: 0 }), false);
});

test('of a remote server no exits are counted: there is no process', () => {
  const options = resolveOptions({}, {});
  assert.ok(options !== undefined);
  assert.equal(policyOf({ kind: 'process', options }), options);
  assert.deepEqual(policyOf({ kind: 'remote', options }).restart, { ...options.restart, windowExits: 0 });
});

test('a remote server that could not be reached rests 30 s, one that has refused us and every process as long as is set', () => {
  const options = resolveOptions({}, {});
  assert.ok(options !== undefined);
  const remote = policyOf({ kind: 'remote', options });
  const rests = (code: Code, policy = remote) => halfOpenMs(new HoldfastError(code), policy);
  for (const away of ['NETWORK_REFUSED', 'NETWORK_DNS', 'NETWORK_HTTP_STATUS', 'CONNECTION_LOST'] as const) {
    assert.equal(rests(away), 30_000, away);
    assert.equal(rests(away, policyOf({ kind: 'process', options })), 300_000, away);
  }
  for (const refused of ['NETWORK_AUTH', 'NETWORK_NO_ENDPOINT', 'NETWORK_RATE_LIMITED', 'TOOL_LIST_TIMEOUT'] as const)
    assert.equal(rests(refused), 300_000, refused);
  const sooner = resolveOptions({ restart: { halfOpenMs: 5_000 } }, {});
  assert.ok(sooner !== undefined);
  assert.equal(rests('NETWORK_REFUSED', policyOf({ kind: 'remote', options: sooner })), 5_000);
});
