import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climb, staleAfterMs } from '../../src/health/ladder.ts';
import { dueAt, suspicion } from '../../src/health/ladder-model.ts';
import { Driver, proven, SETTINGS, suspected } from './ladder-driver.ts';

const types = (actions: readonly { type: string }[]) => actions.map(({ type }) => type);

test('the whole ladder: a check, a miss 10 s later, re-probes after 5, 10 and 20 s, a restart', t => {
  const driver = proven();
  driver.due();
  const start = driver.now;
  const curve: string[] = [];
  const note = (what: string) => curve.push(`${String((driver.now - start) / 1_000 + 300).padStart(3)} s ${what}`);
  note('check');
  for (const wait of [5, 10, 20]) {
    driver.timeOut();
    note(`missed, ${driver.model.state}, again in ${wait} s`);
    driver.due();
    note('re-probe');
  }
  driver.timeOut();
  note(`missed, ${driver.model.state}`);
  assert.deepEqual(curve, [
    '300 s check',
    '310 s missed, suspect, again in 5 s',
    '315 s re-probe',
    '320 s missed, suspect, again in 10 s',
    '330 s re-probe',
    '335 s missed, suspect, again in 20 s',
    '355 s re-probe',
    '360 s missed, condemned',
  ]);
  assert.deepEqual(driver.diary.at(-1)?.action, {
    type: 'restart',
    incarnation: 1,
    reason: 'no answer to 4 probes in 60 s',
    misses: 4,
    silentMs: 60_000,
  });
  for (const line of curve) t.diagnostic(line);
});

test('a first probe may take the ping timeout, a re-probe 5 s', () => {
  const driver = suspected();
  driver.due();
  const timeouts = driver.diary.map(({ action }) => ('timeoutMs' in action ? action.timeoutMs : null));
  assert.deepEqual(timeouts, [10_000, 5_000]);
});

test('the first check comes between 10 s and one interval after the start', () => {
  const first = (random: number, intervalMs: number) => {
    const driver = new Driver({ ...SETTINGS, intervalMs });
    driver.random = () => random;
    driver.ready();
    return dueAt(driver.model);
  };
  assert.deepEqual([first(0, 300_000), first(0.5, 300_000), first(1, 300_000)], [10_000, 155_000, 300_000]);
  assert.equal(first(0, 2_000), 2_000);
});

test('later checks come every interval, 10 % more or less', () => {
  const next = (random: number) => {
    const driver = new Driver();
    driver.ready();
    driver.random = () => random;
    driver.due();
    const start = driver.now;
    driver.answer();
    return (dueAt(driver.model) ?? 0) - start;
  };
  assert.deepEqual([next(0), next(0.5), next(1)].map(Math.round), [270_000, 300_000, 330_000]);
});

test('an answered check is followed by the comparison of lists', () => {
  const driver = proven();
  driver.due();
  assert.deepEqual(driver.answer(), [{ type: 'compareTools', incarnation: 1, listed: false }]);
});

test('with the interval off there is no check, and a waiting call is still a reason to probe', () => {
  const driver = new Driver({ intervalMs: 0, pingMs: 10_000 });
  driver.ready();
  assert.equal(dueAt(driver.model), null);
  assert.deepEqual(types(driver.tell('waited')), ['probe']);
  assert.deepEqual(driver.answer(), []);
  assert.equal(dueAt(driver.model), null);
});

test('a waiting call is probed at once, without the lists, and the check keeps its time', () => {
  const driver = proven();
  const check = dueAt(driver.model);
  assert.deepEqual(types(driver.tell('waited')), ['probe']);
  assert.deepEqual(driver.answer(), []);
  assert.equal(dueAt(driver.model), check);
});

test('a probe for a waiting call that is answered after the check was due is the check', () => {
  const driver = proven();
  driver.now = (dueAt(driver.model) ?? 0) - 1_000;
  driver.tell('waited');
  driver.now += 5_000;
  assert.deepEqual(types(driver.answer()), ['compareTools']);
  assert.equal(dueAt(driver.model), driver.now + 300_000);
});

test('a waiting call starts no second probe, and none beside a re-probe that is scheduled', () => {
  const driver = proven();
  driver.due();
  assert.deepEqual(driver.tell('waited'), []);
  driver.timeOut();
  const due = dueAt(driver.model);
  assert.deepEqual(driver.tell('waited'), []);
  assert.equal(dueAt(driver.model), due);
});

test('any message makes a suspect trusted, and its misses are forgotten', () => {
  const driver = suspected();
  driver.due();
  driver.timeOut();
  driver.tell('heard');
  assert.deepEqual([driver.model.state, driver.model.misses, driver.model.silentSince], ['trusted', 0, null]);
  assert.equal(dueAt(driver.model), driver.now + 300_000);
  driver.due();
  driver.timeOut();
  assert.equal(driver.model.misses, 1);
});

test('an answer to a re-probe makes a suspect trusted, and the check that was missed is made up for', () => {
  const driver = suspected();
  driver.due();
  assert.deepEqual(types(driver.answer()), ['compareTools']);
  assert.equal(driver.model.state, 'trusted');
});

test('a server that talked while its probe was under way was busy: no miss', () => {
  const driver = proven();
  driver.due();
  driver.tell('heard');
  driver.timeOut();
  assert.deepEqual([driver.model.state, driver.model.misses], ['trusted', 0]);
});

test('a message without a probe under way changes nothing and copies nothing', () => {
  const driver = proven();
  const before = driver.model;
  driver.tell('heard');
  assert.equal(driver.model, before);
});

test('a server that never answers ping but answers lists is remembered as such and probed by list', () => {
  const driver = new Driver();
  driver.ready();
  driver.due();
  assert.deepEqual(types(driver.timeOut()), ['probeByList']);
  assert.equal(driver.model.state, 'trusted');
  assert.deepEqual(driver.answer(), [{ type: 'compareTools', incarnation: 1, listed: true }]);
  assert.equal(driver.model.pingUnsupported, true);
  assert.deepEqual(types(driver.due()), ['probeByList']);
  driver.tell('down');
  driver.ready();
  assert.deepEqual(types(driver.due()), ['probeByList']);
});

test('a server that answers neither is suspect since its first ping, and re-probed by list', () => {
  const driver = new Driver();
  driver.ready();
  driver.due();
  const start = driver.now;
  driver.timeOut();
  driver.timeOut();
  assert.deepEqual([driver.model.state, driver.model.misses, driver.model.silentSince], ['suspect', 1, start]);
  assert.deepEqual(types(driver.due()), ['probeByList']);
  driver.answer();
  assert.deepEqual([driver.model.state, driver.model.pingUnsupported], ['trusted', false]);
});

test('a list answered late, after the server spoke by itself, does not mean that ping is unsupported', () => {
  const driver = new Driver();
  driver.ready();
  driver.due();
  driver.timeOut();
  driver.timeOut();
  driver.due();
  driver.tell('heard');
  driver.answer();
  assert.equal(driver.model.pingUnsupported, false);
});

test('once a ping was answered, a missed one is a miss', () => {
  const driver = proven();
  driver.due();
  assert.deepEqual(driver.timeOut(), []);
  assert.equal(driver.model.state, 'suspect');
});

test('a busy server stays suspect and is probed every 20 s until its call is no longer open', () => {
  const driver = proven();
  driver.calls(1);
  driver.due();
  driver.timeOut();
  for (let i = 0; i < 6; i += 1) {
    driver.due();
    driver.timeOut();
  }
  const start = driver.diary[0]?.at ?? 0;
  const seconds = driver.diary.map(({ at, action }) => `${(at - start) / 1_000} ${action.type}`);
  assert.deepEqual(
    seconds,
    [0, 15, 30, 55, 80, 105, 130].map(at => `${at} probe`),
  );
  assert.deepEqual(types(driver.calls(0)), ['restart']);
});

test('a busy server is restarted when the deadline of its oldest call passes', () => {
  const driver = proven();
  driver.calls(2);
  driver.due();
  driver.timeOut();
  for (let i = 0; i < 3; i += 1) {
    driver.due();
    driver.timeOut();
  }
  assert.equal(driver.model.state, 'suspect');
  assert.deepEqual(types(driver.calls(2, true)), ['restart']);
});

test('a passed deadline does not shorten the ladder', () => {
  const driver = suspected();
  assert.deepEqual(driver.calls(1, true), []);
});

for (const state of ['stopped', 'zombie'] as const) {
  test(`a suspect whose process is seen ${state} is restarted at once, whatever calls are open`, () => {
    const driver = suspected();
    driver.calls(3);
    const [restart] = driver.process(state);
    assert.equal(restart?.type, 'restart');
    assert.match(restart.reason, /^no answer to 1 probe in 10 s, its process is /);
  });

  test(`a process that was seen ${state} before is restarted at its first miss`, () => {
    const driver = new Driver();
    driver.ready();
    driver.calls(1);
    assert.deepEqual(driver.process(state), []);
    driver.due();
    assert.deepEqual(types(driver.timeOut()), ['restart']);
  });
}

test('a process that runs again, or speaks, is no longer taken for stopped', () => {
  for (const sign of [(d: Driver) => d.process('running'), (d: Driver) => d.tell('heard')]) {
    const driver = proven();
    driver.process('stopped');
    sign(driver);
    driver.due();
    assert.deepEqual(driver.timeOut(), []);
    assert.equal(driver.model.state, 'suspect');
  }
});

test('a stale result changes nothing', () => {
  const driver = suspected();
  const before = driver.model;
  driver.send({ type: 'answered', probe: before.lastProbe, ms: 1 });
  driver.due();
  const probing = driver.model;
  driver.send({ type: 'answered', probe: before.lastProbe, ms: 1 });
  driver.send({ type: 'missed', probe: before.lastProbe });
  assert.equal(driver.model, probing);
});

test('events of an earlier life change nothing', () => {
  const driver = proven();
  driver.tell('down');
  driver.ready();
  driver.due();
  const before = driver.model;
  for (const type of ['heard', 'waited', 'down', 'ready'] as const) driver.send({ type, incarnation: 1 });
  driver.send({ type: 'calls', incarnation: 1, open: 1, overdue: true });
  driver.send({ type: 'processState', incarnation: 1, state: 'zombie' });
  driver.send({ type: 'missed', probe: 1 });
  assert.equal(driver.model, before);
});

test('a result that never comes is a miss, one second after its timeout', () => {
  const driver = proven();
  driver.due();
  const start = driver.now;
  driver.due();
  assert.deepEqual([driver.now - start, driver.model.state, driver.model.misses], [11_000, 'suspect', 1]);
});

test('a resume forgets the probe under way and all misses, and checks again within 10 s', () => {
  for (const driver of [proven(), suspected()]) {
    driver.due();
    const forgotten = driver.model.lastProbe;
    driver.random = () => 0.25;
    driver.send({ type: 'resumed' });
    assert.deepEqual([driver.model.state, driver.model.misses, driver.model.probe], ['trusted', 0, null]);
    assert.equal(dueAt(driver.model), driver.now + 2_500);
    driver.send({ type: 'missed', probe: forgotten });
    assert.equal(driver.model.state, 'trusted');
    assert.deepEqual(types(driver.due()), ['probe']);
  }
});

test('down leaves nothing to wait for, and a new life starts afresh', () => {
  const driver = suspected();
  driver.calls(4);
  driver.tell('down');
  assert.deepEqual([driver.model.state, dueAt(driver.model)], ['idle', null]);
  driver.ready();
  const { state, misses, openCalls, pingAnswered, lastAnswer } = driver.model;
  assert.deepEqual([state, misses, openCalls, pingAnswered, lastAnswer], ['trusted', 0, 0, false, null]);
});

test('after a restart was asked for only down and ready matter', () => {
  const driver = suspected();
  driver.process('zombie');
  const before = driver.model;
  assert.equal(dueAt(before), null);
  driver.tell('heard');
  driver.tell('waited');
  driver.calls(0);
  driver.process('stopped');
  driver.send({ type: 'resumed' });
  driver.send({ type: 'tick' });
  assert.equal(driver.model, before);
  driver.tell('down');
  assert.equal(driver.model.state, 'idle');
});

test('an early tick changes nothing', () => {
  const driver = proven();
  const before = driver.model;
  driver.now = (dueAt(before) ?? 0) - 1;
  driver.send({ type: 'tick' });
  assert.equal(driver.model, before);
});

test('the reason of a suspicion is there while suspect only', () => {
  assert.equal(suspicion(proven().model, 0), null);
  const driver = suspected();
  assert.equal(suspicion(driver.model, driver.now), 'no answer to 1 probe in 10 s');
});

test('the latest answer is kept with its time', () => {
  const driver = proven();
  driver.due();
  driver.answer(7);
  assert.deepEqual(driver.model.lastAnswer, { at: driver.now, ms: 7 });
});

test('a silence is stale only after twice the longest that checks allow', () => {
  assert.equal(Math.round(staleAfterMs(SETTINGS) ?? 0), 704_000);
  assert.equal(staleAfterMs({ ...SETTINGS, intervalMs: 0 }), null);
});

test('an event that does not exist is refused', () => {
  const { model } = proven();
  const event = JSON.parse('{"type":"nonsense"}');
  assert.throws(() => climb(model, event, { now: 0, random: () => 0 }), TypeError);
});
