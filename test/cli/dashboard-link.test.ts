import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboardLink } from '../../src/cli/dashboard-link.ts';

test('the page is at the root of the endpoint, and the token where no server and no log sees it', () => {
  assert.equal(dashboardLink('http://127.0.0.1:4653/mcp', 'abc'), 'http://127.0.0.1:4653/#token=abc');
  assert.equal(dashboardLink('http://[::1]:1/mcp', null), 'http://[::1]:1/');
});
