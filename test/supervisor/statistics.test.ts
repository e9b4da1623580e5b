import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { newCall, requestOf } from '../../src/session/call.ts';
import { lostError } from '../../src/session/call-errors.ts';
import { Statistics } from '../../src/supervisor/statistics.ts';
import { Driver, policyWith, type Word } from '../lifecycle/driver.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Lives that end by themselves, one after the other. */
function live(lives: number, retries = lives) {
  const clock = new FakeClock();
  const statistics = new Statistics(clock);
  const driver = new Driver('down', policyWith({ retries, windowExits: 0 }));
  const play = (send: () => void) => {
    const before = driver.model;
    send();
    statistics.moved(before, driver.model);
  };
  play(() => driver.play('start'));
  for (let life = 1; life <= lives; life++) {
    const { incarnation } = driver.model;
    const fault = new HoldfastError('PROCESS_EXITED', {
      details: { how: `exit code ${life}`, exitCode: life },
      stderrTail: Array.from({ length: 40 }, (_, line) => `line ${line + 1}`),
    });
    play(() => driver.send({ type: 'down', incarnation, fault }));
    play(() => driver.play('cleaned'));
    clock.advanceSync(1_000);
    play(() => driver.play('start'));
  }
  return statistics;
}

test('the last hundred deaths are kept, oldest first, each with its time, exit, cause and last words', () => {
  const { deaths, restarts } = live(130);
  assert.equal(deaths.length, 100);
  assert.deepEqual([deaths[0]?.exitCode, deaths.at(-1)?.exitCode], [31, 130]);
  assert.equal(Number(deaths.at(-1)?.at) - Number(deaths[0]?.at), 99_000);
  const { at: _at, ...last } = deaths.at(-1) ?? assert.fail('there is one');
  assert.deepEqual(last, {
    incarnation: 130,
    cause: 'PROCESS_EXITED',
    exitCode: 130,
    signal: null,
    message: 'the server exited unexpectedly (exit code 130)',
    stderrTail: ['line 36', 'line 37', 'line 38', 'line 39', 'line 40'],
  });
  assert.equal(restarts.total, 130, 'restarts are counted without an end');
});

test('a call that a person stopped or cancelled is no failure of the server; one lost in a crash or too slow is', () => {
  const statistics = new Statistics(new FakeClock());
  const message = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}}';
  const call = newCall(requestOf(message), { deadline: Number.POSITIVE_INFINITY }, 0, () => {});
  const isFailure = (error: HoldfastError) =>
    statistics.count({ call, settled: { ok: false, error }, answer: null, tookMs: 1, servedMs: null });
  const crash = new HoldfastError('PROCESS_EXITED', { details: { how: 'SIGKILL' } });
  const closed = new HoldfastError('CONNECTION_CLOSED', { server: 'a' });
  assert.deepEqual(
    [lostError(call, 'a', null), lostError({ ...call, place: 'written' }, 'a', null), closed.with({})].map(isFailure),
    [false, false, false],
  );
  assert.equal(isFailure(new HoldfastError('TOOL_CALL_CANCELLED')), false);
  assert.deepEqual([lostError(call, 'a', crash), lostError({ ...call, place: 'written' }, 'a', crash)].map(isFailure), [
    true,
    true,
  ]);
  assert.equal(isFailure(new HoldfastError('TOOL_CALL_TIMEOUT', { details: { afterMs: 1 } })), true);
});

test('a life that ended on request is no death', () => {
  const statistics = live(1);
  const driver = new Driver('up');
  const before = driver.play('start').model;
  statistics.moved(before, driver.play('stop').model);
  assert.equal(statistics.deaths.length, 1);
});

test('a server that has rested is not restarted when it is needed; one that was too old is', () => {
  const statistics = new Statistics(new FakeClock());
  const driver = new Driver('up').play('start').comeUp();
  const play = (...words: Word[]) => {
    for (const word of words) {
      const before = driver.model;
      statistics.moved(before, driver.play(word).model);
    }
    driver.comeUp();
  };
  play('idle', 'cleaned', 'demand');
  play('idle', 'demand', 'cleaned');
  assert.deepEqual(statistics.restarts, { total: 0, byCause: {} });
  play('handOver', 'cleaned');
  assert.equal(statistics.restarts.total, 0, 'for another client');
  play('aged', 'cleaned');
  play('aged', 'restart', 'cleaned');
  assert.deepEqual(statistics.restarts, { total: 2, byCause: { MAX_AGE: 1, REQUESTED: 1 } });
});
