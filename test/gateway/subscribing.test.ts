import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askForEach, checkSubscriptions, MAX_SUBSCRIPTIONS } from '../../src/gateway/subscribing.ts';

const uris = (count: number, length = 10): string[] =>
  Array.from({ length: count }, (_, n) => String(n).padStart(length, 'x'));

test('a client may be subscribed to so many resources, and to so much text', () => {
  checkSubscriptions(new Set(uris(MAX_SUBSCRIPTIONS)));
  checkSubscriptions(new Set(uris(4, 262_144)));
  for (const tooMany of [uris(MAX_SUBSCRIPTIONS + 1), uris(4, 262_145)]) {
    assert.throws(() => checkSubscriptions(new Set(tooMany)), {
      code: 'RESOURCE_SUBSCRIPTIONS',
      mayHaveRun: false,
      message: /1000 resources at a time, with URIs of 1048576 characters/,
    });
  }
});

test('each is asked for, in its order, and never more than 32 at once', async () => {
  let open = 0;
  let most = 0;
  const all = uris(100);
  const answers = await askForEach(all, async uri => {
    most = Math.max(most, ++open);
    await new Promise(setImmediate);
    open--;
    return uri;
  });
  assert.deepEqual([answers, most], [all, 32]);
});
