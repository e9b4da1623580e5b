import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine, servers } from '../run-cli.ts';

test('tools lists every server, and says which ones are left out', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const { code, stdout, stderr } = await cli.run('tools');
  assert.equal(code, 0);
  assert.match(stdout, /^good {2}\d+ tools\n {2}echo +gives its text back\n/);
  assert.match(stderr, /^dies is left out: the server exited before it was ready/m);
  assert.match(stderr, /^missing is left out: cannot find the command/m);
});

test('tools of one server, as JSON', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const { code, value } = await cli.json('tools', 'good');
  assert.equal(code, 0);
  const echo = value.tools.find(tool => tool.name === 'echo');
  assert.equal(echo?.server, 'good');
  assert.deepEqual(echo?.inputSchema, { type: 'object', properties: { text: { type: 'string' } } });
});

test('tools of a server that is not available end with 5', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  assert.equal((await cli.run('tools', 'dies')).code, 5);
});
