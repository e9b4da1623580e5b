import assert from 'node:assert/strict';
import type { Effect, Event, Model } from '../../src/lifecycle/state.ts';
import { nameOf } from './driver.ts';

const isAlive = ({ state }: Model): boolean => state.name === 'starting' || state.name === 'ready';

/** What holds of every step of the reducer, whatever the state and the event. */
export function checkStep(before: Model, event: Event, after: Model, effects: readonly Effect[], now: number): void {
  const says = `${nameOf(before)} + ${event.type} → ${nameOf(after)}`;
  const types = effects.map(effect => effect.type);
  checkTimer(after, now, says);

  if (isAlive(before) && !isAlive(after)) assert.equal(after.state.name, 'stopping', `${says}: every way down`);
  if (before.state.name === 'stopping' && after.state.name !== 'stopping') {
    assert.equal(event.type, 'cleaned', `${says}: the one way out`);
  }
  const isNewLife = after.incarnation !== before.incarnation;
  assert.equal(types.includes('admit'), isNewLife, says);
  if (isNewLife) {
    assert.equal(after.incarnation, before.incarnation + 1, says);
    assert.equal(nameOf(after), 'starting:admission', says);
    assert.deepEqual(after.survivors, [], `${says}: a copy beside survivors`);
    assert.ok(!isAlive(before), `${says}: a copy beside a living one`);
  }
  const beginsToStop = before.state.name !== 'stopping' && after.state.name === 'stopping';
  assert.equal(types.includes('clean'), beginsToStop, says);
  if (types.includes('settle')) assert.ok(after.state.name === 'stopped' || after.state.name === 'failed', says);
  if (after.state.name === 'ready') assert.equal(types.includes('open'), before.state.name !== 'ready', says);
  else assert.ok(!types.includes('open'), says);
  for (const effect of effects) {
    if ('incarnation' in effect) assert.equal(effect.incarnation, after.incarnation, `${says}: ${effect.type}`);
  }
  if (event.type === 'stop') assert.equal(after.desired, 'down', says);
  if (event.type === 'start') assert.equal(after.desired, 'up', says);
  if (event.type === 'idle' && after !== before) assert.equal(after.desired, 'onDemand', says);
  if (after.desired !== before.desired) assert.ok(['start', 'stop', 'restart', 'idle'].includes(event.type), says);
  if (event.type === 'idle' || event.type === 'aged' || event.type === 'handOver') {
    assert.ok(
      after.failures === before.failures || (event.type === 'idle' && after.failures === 0),
      `${says}: no failure`,
    );
    assert.equal(after.exits, before.exits, `${says}: no exit`);
  }
  for (const effect of effects) {
    if (effect.type !== 'close') continue;
    const mayBegin = after.state.name === 'stopping' && (after.state.goal !== 'rest' || after.state.why !== null);
    assert.equal(effect.isFinal, !mayBegin, `${says}: calls of the next life`);
  }
}

/** A state's timer is one number, so "exactly one" is that it is set, and "dies with its state" that the next has its own. */
function checkTimer({ state, desired, survivors }: Model, now: number, says: string): void {
  if (state.name === 'stopped' || state.name === 'stopping') assert.equal(state.due, null, says);
  if (state.name === 'backoff') assert.ok(state.due >= now, says);
  if (state.name === 'starting') assert.equal(state.due === null, state.step === 'admission', says);
  if (state.name === 'failed') assert.equal(state.due !== null, desired === 'up', `${says}: failed, wished ${desired}`);
  if (state.name === 'failed' && desired === 'down') assert.ok(survivors.length > 0, `${says}: at rest, but failed`);
  if (state.name === 'stopped') assert.deepEqual(survivors, [], says);
}
