import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, World } from '../../../src/cli/doctor/check.ts';
import { ok } from '../../../src/cli/doctor/finding.ts';
import { runChecks } from '../../../src/cli/doctor/run-checks.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const world = { os: 'linux' } as World;
const check = (id: string, run: Check['run'], more: Partial<Check> = {}): Check => ({
  id,
  topic: 'system',
  title: id,
  run,
  ...more,
});
const never = () => new Promise<never>(() => undefined);

test('findings come in the order of the checks, whichever is ready first', async () => {
  const slow = check('slow', () => new Promise(resolve => setImmediate(() => resolve(ok('slowly')))));
  const findings = await runChecks([slow, check('quick', () => ok('at once'))], world, new FakeClock());
  assert.deepEqual(
    findings.map(({ id, status, summary }) => [id, status, summary]),
    [
      ['slow', 'ok', 'slowly'],
      ['quick', 'ok', 'at once'],
    ],
  );
});

test('a check that throws is a problem that says so, and the others go on', async () => {
  const broken = check('broken', () => {
    throw new TypeError('no such thing');
  });
  const rejects = check('rejects', () => Promise.reject(new Error('nor this')));
  const findings = await runChecks([broken, rejects, check('fine', () => ok('fine'))], world, new FakeClock());
  assert.deepEqual(
    findings.map(({ status, summary }) => [status, summary]),
    [
      ['problem', 'the check itself failed: no such thing'],
      ['problem', 'the check itself failed: nor this'],
      ['ok', 'fine'],
    ],
  );
  assert.match(findings[0]?.hint ?? '', /bug in Holdfast/);
});

test('a check that never answers is given up after 8 s, and leaves no timer behind', async () => {
  const clock = new FakeClock();
  const running = runChecks([check('hangs', never), check('fine', () => ok('fine'))], world, clock);
  await clock.advance(7_999);
  assert.deepEqual(clock.pending, [1]);
  await clock.advance(1);
  const [hangs, fine] = await running;
  assert.deepEqual([hangs?.status, hangs?.summary, fine?.status], ['problem', 'no answer within 8 s', 'ok']);
  assert.deepEqual(clock.pending, []);
});

test('what only Windows has is not asked elsewhere', async () => {
  const asked = check('job', () => assert.fail('it was asked'), { only: 'windows' });
  const [elsewhere] = await runChecks([asked], world, new FakeClock());
  assert.equal(elsewhere?.status, 'notApplicable');
  const [there] = await runChecks(
    [check('job', () => ok('in none'), { only: 'windows' })],
    { os: 'windows' } as World,
    new FakeClock(),
  );
  assert.equal(there?.status, 'ok');
});
