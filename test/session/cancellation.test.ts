import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cancellation, type CancelSignal } from '../../src/session/cancellation.ts';

const kinds: Record<string, () => { readonly signal: CancelSignal; readonly abort: () => void }> = {
  'a cancellation': () => {
    const signal = new Cancellation();
    return { signal, abort: () => signal.abort() };
  },
  // What it stands for: callers of the library bring this one.
  'an AbortController': () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  },
};

for (const [kind, create] of Object.entries(kinds)) {
  test(`${kind} tells everybody who listens, once`, () => {
    const { signal, abort } = create();
    const heard: string[] = [];
    const gone = () => void heard.push('gone');
    signal.addEventListener('abort', () => heard.push(`first ${signal.aborted}`));
    signal.addEventListener('abort', gone);
    signal.addEventListener('abort', () => heard.push('last'));
    signal.removeEventListener('abort', gone);
    assert.equal(signal.aborted, false);
    abort();
    abort();
    assert.deepEqual(heard, ['first true', 'last']);
    signal.addEventListener('abort', () => heard.push('late'));
    abort();
    assert.deepEqual(heard, ['first true', 'last'], 'who listens too late looks at `aborted`');
  });
}
