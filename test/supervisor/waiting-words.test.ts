import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { createModel, type Model, type State } from '../../src/lifecycle/state.ts';
import { waitingWords } from '../../src/supervisor/waiting-words.ts';

const fault = new HoldfastError('PROCESS_EXITED');
const inState = (state: State, failures = 0): Model => ({ ...createModel('up'), state, failures });
const words = (state: State, failures?: number) => waitingWords('files', inState(state, failures), 3);

test('a call that waits is told for what, and of nothing where it does not wait', () => {
  const starting: State = { name: 'starting', step: 'spawn', due: null, mayDownload: false };
  assert.equal(words(starting), 'starting files, attempt 1 of 4');
  assert.equal(words(starting, 1), 'starting files, attempt 2 of 4');
  assert.equal(words(starting, 9), 'starting files, attempt 4 of 4', 'the try of a failed one is the last again');
  const installing = 'starting files, which may be downloading packages, attempt 1 of 4';
  assert.equal(words({ ...starting, step: 'initialize', mayDownload: true }), installing);
  const backoff: State = { name: 'backoff', due: 1, delayMs: 1_960, fault };
  assert.equal(words(backoff, 1), 'files went down, attempt 2 of 4 in 2 s');
  assert.equal(words({ name: 'stopping', due: null, goal: 'relaunch', fault: null, why: null }), 'restarting files');
  const handedOver: State = { name: 'stopping', due: null, goal: 'relaunch', fault: null, why: 'client' };
  assert.equal(words(handedOver), 'starting files again for this client');
  assert.equal(words({ name: 'stopping', due: null, goal: 'rest', fault: null, why: null }), null);
  assert.equal(words({ name: 'ready', due: null, since: 0, isProven: false }), null);
  assert.equal(words({ name: 'failed', due: null, since: 0, fault }), null);
  assert.equal(words({ name: 'stopped', due: null }), null);
});
