import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Link, nextLink } from '../../../web/src/model/link.ts';

test('a page that has lost its manager says since when, however often it tries', () => {
  let link: Link = nextLink({ state: 'connecting' }, { type: 'opened' }, 100);
  assert.deepEqual(link, { state: 'live', since: 100 });
  link = nextLink(link, { type: 'lost', reason: 'gone', delayMs: 500 }, 200);
  assert.deepEqual(link, { state: 'lost', since: 200, attempt: 1, nextAt: 700, reason: 'gone' });
  link = nextLink(link, { type: 'trying' }, 700);
  assert.deepEqual(link, { state: 'lost', since: 200, attempt: 1, nextAt: null, reason: 'gone' });
  link = nextLink(link, { type: 'lost', reason: 'still gone', delayMs: 1_000 }, 800);
  assert.deepEqual(link, { state: 'lost', since: 200, attempt: 2, nextAt: 1_800, reason: 'still gone' });
  assert.deepEqual(nextLink(link, { type: 'opened' }, 2_000), { state: 'live', since: 2_000 });
});

test('a refused token waits for a person, who can go on at once', () => {
  const locked = nextLink({ state: 'live', since: 1 }, { type: 'locked', hadToken: true }, 2);
  assert.deepEqual(locked, { state: 'locked', hadToken: true });
  assert.deepEqual(nextLink(locked, { type: 'trying' }, 3), locked);
  assert.deepEqual(nextLink(locked, { type: 'unlocked' }, 4), { state: 'connecting' });
});
