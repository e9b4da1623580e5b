import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkTo, readRoute } from '../../../web/src/model/route.ts';

test('a link to a server leads to that server, whatever its name', () => {
  for (const name of ['files', 'my server', 'a/b', 'ä&#?%']) {
    assert.deepEqual(readRoute(linkTo({ view: 'server', name })), { view: 'server', name });
  }
});

test('every other address is the overview', () => {
  for (const hash of ['', '#', '#/', '#/servers/', '#/elsewhere', '#/servers/%', linkTo({ view: 'overview' })]) {
    assert.deepEqual(readRoute(hash), { view: 'overview' }, hash);
  }
});
