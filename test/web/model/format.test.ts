import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from '../../../web/src/model/format.ts';

const { ago, bytes, count, duration, moment, names, percent, sentence, share, span, timeOfDay, until, whole } = format;

const cases: readonly (readonly [shown: string, wanted: string])[] = [
  [duration(null), '–'],
  [duration(0), '0 ms'],
  [duration(0.4), '<1 ms'],
  [duration(178.4), '178 ms'],
  [duration(1_040), '1.0 s'],
  [duration(125_000), '2m 05s'],
  [span(999), '0 s'],
  [span(59_999), '59 s'],
  [span(3 * 3_600_000 + 4 * 60_000), '3h 04m'],
  [span(12 * 86_400_000 + 3 * 3_600_000), '12d 03h'],
  [until(4_000, 0), 'in 4 s'],
  [until(3_001, 0), 'in 4 s'],
  [until(0, 0), 'now'],
  [ago(0, 1_500), 'just now'],
  [ago(0, 12_000), '12 s ago'],
  [bytes(null), '–'],
  [bytes(512), '512 B'],
  [bytes(1023.7 * 1024), '1.0 MiB'],
  [bytes(84.2 * 1024 ** 2), '84.2 MiB'],
  [bytes(512 * 1024 ** 2), '512 MiB'],
  [share(0), '0 %'],
  [share(0.0004), '<0.1 %'],
  [share(0.054), '5.4 %'],
  [share(1), '100 %'],
  [percent(null), '–'],
  [whole(12_345), '12,345'],
  [count(1, 'tool'), '1 tool'],
  [count(2, 'process', 'processes'), '2 processes'],
  [names(['a']), 'a'],
  [names(['a', 'b', 'c']), 'a, b and c'],
  [names(['a', 'b', 'c', 'd', 'e']), 'a, b and 3 more'],
  [sentence('it exits'), 'It exits.'],
  [sentence('it exits!'), 'It exits!'],
];
for (const [index, [shown, wanted]] of cases.entries()) {
  test(`figures are shown as "${wanted}" (${index})`, () => assert.equal(shown, wanted));
}

test('a time of another day has its day', () => {
  const now = new Date(2026, 10, 27, 12, 0, 3).getTime();
  assert.equal(timeOfDay(now), '12:00:03');
  assert.equal(moment(now, now + 1_000), '12:00:03');
  assert.equal(moment(now, now + 86_400_000), '2026-11-27 12:00:03');
});
