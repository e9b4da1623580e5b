import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AskingTools, PERSONAL, ROOTS } from '../../src/supervisor/asking-tools.ts';

const ASK = 'elicitation/create';

function setUp(known: readonly string[] = []) {
  const kept = new Set(known);
  let learned = 0;
  const tools = new AskingTools(PERSONAL, kept, () => void learned++);
  return { tools, kept, learned: () => learned, apart: (tool: string) => tools.mayAsk(tool) };
}

test('a tool that has asked its only client is known for it, once', () => {
  const { tools, kept, learned, apart } = setUp();
  assert.equal(apart('a'), false);
  tools.asked(ASK, ['a'], true);
  tools.asked('sampling/createMessage', ['a'], true);
  assert.deepEqual([[...kept], learned(), apart('a'), apart('b')], [['a'], 1, true, false]);
});

test('of several in flight each is a suspect, until it has answered alone without a question', () => {
  const { tools, kept, apart } = setUp();
  tools.asked(ASK, ['a', 'b'], false);
  assert.deepEqual([apart('a'), apart('b'), kept.size], [true, true, 0]);
  tools.answered('a', false);
  assert.equal(apart('a'), true, 'where others were there, too, that says little');
  tools.answered('a', true);
  tools.asked(ASK, ['b'], true);
  assert.deepEqual([apart('a'), apart('b'), [...kept]], [false, true, ['b']]);
  tools.answered('b', true);
  assert.equal(apart('b'), true, 'what is known stays');
});

test('one that is known explains the question, and no other is suspected; asking for roots or vendors’ questions are no matter', () => {
  const { tools, apart, learned } = setUp(['a']);
  tools.asked(ASK, ['a', 'b'], false);
  tools.asked('roots/list', ['b'], true);
  tools.asked('vendor/ask', ['b'], true);
  tools.asked(ASK, [], true);
  assert.deepEqual([apart('b'), learned()], [false, 0]);
});

test('a tool that has answered quietly before is suspected last', () => {
  const { tools, apart } = setUp();
  tools.answered('echo', false);
  tools.asked(ASK, ['echo', 'new'], false);
  assert.deepEqual([apart('echo'), apart('new')], [false, true]);
  tools.asked(ASK, ['echo'], false);
  assert.equal(apart('echo'), true, 'where there is no other');
});

test('of tools that ask for roots others are known than of those that ask a person', () => {
  const roots = new AskingTools(ROOTS, new Set(), () => {});
  roots.asked(ASK, ['a'], true);
  roots.asked('roots/list', ['b'], true);
  assert.deepEqual([roots.mayAsk('a'), roots.mayAsk('b')], [false, true]);
});

test('of names that clients invent only so many, and none that is long, are remembered', () => {
  const { tools, kept, learned } = setUp();
  const long = 'x'.repeat(257);
  tools.asked(ASK, [long], true);
  assert.deepEqual([kept.size, learned()], [0, 0]);
  for (let i = 0; i < 2_000; i++) tools.asked(ASK, [`t${i}`], true);
  assert.deepEqual([kept.size, learned()], [1_000, 1_000]);
});
