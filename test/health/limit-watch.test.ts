import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitWatch, type LimitWatchSetup, LOOK_MS } from '../../src/health/limit-watch.ts';
import type { UsageSample } from '../../src/process/usage.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MIB = 1_048_576;

/** A watch of a life that uses what the test says; `told` is all that it says. */
function watch(setup: Partial<LimitWatchSetup> = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const now: { mib: number | null | Error; asked: number } = { mib: 10, asked: 0 };
  const sample = async (): Promise<UsageSample | null> => {
    now.asked++;
    if (now.mib instanceof Error) throw now.mib;
    if (now.mib === null) return null;
    const rssBytes = now.mib * MIB;
    return { rssBytes, peakRssBytes: rssBytes, cpuPercent: 0, cpuMs: 0, processes: 1, handles: null };
  };
  const watching = new LimitWatch({
    limits: { memoryMb: 100 },
    holds: [],
    usage: { sample },
    clock,
    onOver: ({ name, used, limit }) => told.push(`over ${name} ${used}/${limit}`),
    onNear: near => told.push(`near ${near.map(({ name }) => name).join()}`),
    onNotice: text => told.push(text),
    ...setup,
  });
  return { clock, told, now, watching };
}

test('without limits nothing is looked at', () => {
  assert.deepEqual(watch({ limits: {} }).clock.pending, []);
});

test('all look at the same moments, whenever each was started', async () => {
  const clock = new FakeClock();
  await clock.advance(700);
  watch({ clock });
  await clock.advance(500);
  watch({ clock });
  assert.deepEqual(clock.pending, [800, 800]);
  await clock.advance(LOOK_MS);
  assert.deepEqual(clock.pending, [800, 800]);
});

test('it looks every two seconds, and tells once what is over', async () => {
  const { clock, told, now } = watch();
  await clock.advance(3 * LOOK_MS);
  assert.deepEqual([now.asked, told], [3, []]);
  now.mib = 101;
  await clock.advance(LOOK_MS);
  assert.deepEqual(told, ['near memory', 'over memory 101/100']);
  assert.deepEqual(clock.pending, [], 'and looks no more');
});

test('what it is near to is told when it changes, and taken back when the life ends', async () => {
  const { clock, told, now, watching } = watch();
  for (const mib of [90, 91, 10, 85]) {
    now.mib = mib;
    await clock.advance(LOOK_MS);
  }
  watching.stop();
  assert.deepEqual(told, ['near memory', 'near ', 'near memory', 'near ']);
  assert.deepEqual(clock.pending, []);
});

test('a limit that the system holds is not punished once more', async () => {
  const { clock, told, now } = watch({ holds: ['memory'] });
  now.mib = 120;
  await clock.advance(3 * LOOK_MS);
  assert.deepEqual([told, now.asked], [['near memory'], 3]);
});

test('what cannot be seen is told once, and looked at again', async () => {
  const { clock, told, now } = watch();
  now.mib = null;
  await clock.advance(2 * LOOK_MS);
  now.mib = new Error('EMFILE');
  await clock.advance(LOOK_MS);
  assert.deepEqual(told, ['its limits cannot be watched: the system does not tell what it uses']);
  now.mib = 101;
  await clock.advance(LOOK_MS);
  assert.deepEqual(told.slice(1), ['near memory', 'over memory 101/100']);
});

test('a look that comes back after the end of the life says nothing', async () => {
  let answer: (sample: UsageSample | null) => void = () => {};
  const usage = {
    sample: () =>
      new Promise<UsageSample | null>(resolve => {
        answer = resolve;
      }),
  };
  const { clock, told, watching } = watch({ usage });
  await clock.advance(LOOK_MS);
  watching.stop();
  answer(null);
  await clock.advance(10 * LOOK_MS);
  assert.deepEqual([told, clock.pending], [[], []]);
});
