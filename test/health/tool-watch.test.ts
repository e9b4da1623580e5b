import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolWatch } from '../../src/health/tool-watch.ts';

/** Each letter is a tool. */
const tools = (names: string) => [...names].map(key => ({ key, raw: `{"name":"${key}"}` }));

/** A server that began with `first`; what a periodic check of each further list advises. */
function advices(first: string, ...lists: string[]): string[] {
  const watch = new ToolWatch();
  watch.started(tools(first));
  return lists.map(list => watch.check(tools(list)).advice);
}

test('tools that vanish without a word: one restart, then degraded, no loop', () => {
  assert.deepEqual(advices('abc', 'c', 'c', 'c'), ['restart', 'degraded', 'degraded']);
});

test('tools that came back are forgotten, and may be restarted for again', () => {
  assert.deepEqual(advices('a', '', 'a', ''), ['restart', 'none', 'restart']);
});

test('where only some came back the rest stays degraded', () => {
  assert.deepEqual(advices('ab', '', 'b', 'b'), ['restart', 'degraded', 'degraded']);
});

test('another tool that vanishes is a reason of its own', () => {
  assert.deepEqual(advices('abc', 'bc', 'c', 'c'), ['restart', 'restart', 'degraded']);
});

test('new tools are no reason for anything', () => {
  assert.deepEqual(advices('a', 'ab', 'abc'), ['none', 'none']);
});

test('what is missing is named until it is back', () => {
  const watch = new ToolWatch();
  watch.started(tools('abc'));
  watch.check(tools('b'));
  assert.deepEqual(watch.missing, ['a', 'c']);
  watch.check(tools('ab'));
  assert.deepEqual(watch.missing, ['c']);
  watch.check(tools('abc'));
  assert.deepEqual(watch.missing, []);
});

test('a life that begins with fewer tools than the last shows it, and is not restarted for it', () => {
  const watch = new ToolWatch();
  watch.started(tools('ab'));
  watch.started(tools('a'));
  assert.deepEqual(watch.missing, ['b']);
});

test('a list that the server announced is the new truth', () => {
  const watch = new ToolWatch();
  watch.started(tools('ab'));
  watch.announced(tools('a'));
  assert.deepEqual(watch.missing, []);
  assert.equal(watch.check(tools('a')).advice, 'none');
});

test('an empty list is looked at twice, unless it was empty before', () => {
  const watch = new ToolWatch();
  assert.equal(watch.needsSecondLook([]), false);
  watch.started(tools('a'));
  assert.equal(watch.needsSecondLook([]), true);
  assert.equal(watch.needsSecondLook(tools('b')), false);
});
