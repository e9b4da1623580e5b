import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboardLink } from '../../src/cli/dashboard-link.ts';

test('the page is at the root of the endpoint, and the token where no server and no log sees it', () => {
  assert.equal(dashboardLink('http://127.0.0.1:4653/mcp', 'abc'), 'http://127.0.0.1:4653/#token=abc');
  assert.equal(dashboardLink('http://[::1]:1/mcp', null), 'http://[::1]:1/');
});

test('a token of the user’s own choosing arrives as it is, whatever is in it', () => {
  const link = dashboardLink('http://127.0.0.1:4653/mcp', 'a%41&b#c');
  assert.equal(decodeURIComponent(new URL(link).hash.replace('#token=', '')), 'a%41&b#c');
});
