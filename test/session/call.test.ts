import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fate, fateOf, isRepeatable } from '../../src/session/call.ts';

const BOTH = [false, true];

test('the call table, cell by cell', () => {
  const cells: Record<Fate, number> = { hold: 0, replay: 0, reject: 0 };
  for (const place of ['held', 'queued', 'written'] as const) {
    for (const isSafe of BOTH) {
      for (const hasAsked of BOTH) {
        for (const replay of ['safe', 'never'] as const) {
          for (const limit of [0, 1, 2]) {
            for (const replays of [0, 1, 2]) {
              const fate = fateOf({ place, hasAsked, replays }, { isSafe, replay, replays: limit });
              const isGood = isSafe && !hasAsked && replay === 'safe' && replays < limit;
              const expected: Fate = place !== 'written' ? 'hold' : isGood ? 'replay' : 'reject';
              assert.equal(fate, expected, JSON.stringify({ place, isSafe, hasAsked, replay, limit, replays }));
              cells[fate]++;
            }
          }
        }
      }
    }
  }
  assert.deepEqual(cells, { hold: 144, replay: 3, reject: 69 });
});

test('what was not written waits, however unsafe it is', () => {
  const policy = { isSafe: false, replay: 'never', replays: 0 } as const;
  assert.equal(fateOf({ place: 'queued', hasAsked: true, replays: 9 }, policy), 'hold');
});

test('requests that read or set are repeatable by their definition', () => {
  for (const method of [
    'ping',
    'tools/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
  ]) {
    assert.equal(isRepeatable(method, null), true, method);
  }
});

test('a tool is repeatable when it says so in so many words, and an unknown method never', () => {
  const tool = (annotations: Record<string, unknown> | null) => isRepeatable('tools/call', annotations);
  assert.equal(tool({ readOnlyHint: true }), true);
  assert.equal(tool({ idempotentHint: true, destructiveHint: true }), true);
  for (const annotations of [null, {}, { readOnlyHint: false }, { readOnlyHint: 'true' }, { idempotentHint: 1 }]) {
    assert.equal(tool(annotations), false, JSON.stringify(annotations));
  }
  for (const method of ['vendor/read', 'tasks/get', 'initialize', 'TOOLS/LIST']) {
    assert.equal(isRepeatable(method, { readOnlyHint: true }), false, method);
  }
});
