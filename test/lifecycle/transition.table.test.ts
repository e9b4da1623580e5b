import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/lifecycle/state.ts';
import { Driver, nameOf, type Word } from './driver.ts';
import { checkStep } from './rules.ts';
import { table, words } from './table.ts';

const EFFECTS = new Set(['admit', 'launch', 'initialize', 'list', 'open', 'close', 'clean', 'hasten', 'settle']);

for (const [name, { way, cells }] of Object.entries(table)) {
  test(`${name}: every event has its answer`, () => {
    for (const word of words) {
      const driver = way();
      const before = driver.model;
      const event = driver.eventOf(word);
      driver.send(event);
      checkStep(before, event, driver.model, driver.effects, driver.now);
      for (const type of driver.effectTypes) assert.ok(EFFECTS.has(type), type);
      const isSame = driver.model === before && driver.effects.length === 0;
      const to = nameOf(driver.model) === nameOf(before) ? '=' : nameOf(driver.model);
      const did = isSame ? undefined : [to, ...driver.effectTypes].join(' ');
      assert.equal(did, cells[word], `${name} + ${word}`);
    }
  });

  test(`${name}: a result of another life changes nothing`, () => {
    for (const word of words) {
      const driver = way();
      const event = driver.eventOf(word);
      if (!('incarnation' in event)) continue;
      for (const incarnation of [event.incarnation - 1, event.incarnation + 1, -1]) {
        const before = driver.model;
        driver.send({ ...event, incarnation });
        assert.equal(driver.model, before, `${name} + ${word} of life ${incarnation}`);
        assert.deepEqual(driver.effects, []);
      }
    }
  });

  test(`${name}: a timer that is not its own changes nothing`, () => {
    const driver = way();
    const before = driver.model;
    for (const due of [(before.state.due ?? 0) + 1, (before.state.due ?? 0) - 1, -1, Number.NaN]) {
      driver.send({ type: 'timer', due });
      assert.equal(driver.model, before);
      assert.deepEqual(driver.effects, []);
    }
  });
}

test('the table names every kind of event', () => {
  const types = new Set(words.map((word): Event['type'] => new Driver().eventOf(word).type));
  const all: Record<Event['type'], true> = {
    start: true,
    stop: true,
    restart: true,
    demand: true,
    handOver: true,
    timer: true,
    resumed: true,
    admitted: true,
    resolved: true,
    spawned: true,
    initialized: true,
    paged: true,
    listed: true,
    proven: true,
    idle: true,
    aged: true,
    down: true,
    cleaned: true,
  };
  assert.deepEqual([...types].sort(), Object.keys(all).sort());
});

test('the table names every state and every step', () => {
  const names = new Set(Object.values(table).map(({ way }) => way().state));
  assert.deepEqual([...names].sort(), [
    'backoff',
    'failed',
    'ready',
    'starting:admission',
    'starting:initialize',
    'starting:spawn',
    'starting:tools',
    'stopped',
    'stopping:recover',
    'stopping:relaunch',
    'stopping:rest',
  ]);
});

test('what a word does is decided by state and event alone: the same again gives the same', () => {
  for (const { way } of Object.values(table)) {
    for (const word of words satisfies readonly Word[]) {
      const [a, b] = [way().play(word), way().play(word)];
      assert.equal(JSON.stringify(a.model), JSON.stringify(b.model));
      assert.deepEqual(a.effectTypes, b.effectTypes);
    }
  }
});
