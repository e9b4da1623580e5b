import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixture } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import type { RawClient } from '../../support/raw-client.ts';
import { CommandLine } from '../run-cli.ts';

/** What the client is told by the answer to `initialize`, and the code that the command ends with. */
async function told(client: RawClient) {
  const { error } = await client.initialize();
  const { message } = error as { message: string };
  return { message, code: (await client.end()).code };
}

test('a mistake in the configuration is the answer to the first request', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const file = cli.configure({ a: { command: 'node', holdfast: { retires: 1 } } });
  const unknownKey = await told(cli.client(['connect']));
  assert.equal(unknownKey.code, 3);
  assert.match(unknownKey.message, /holdfast\.json:1:\d+: mcpServers\.a\.holdfast\.retires: unknown key/);
  writeFileSync(file, '{\n  "mcpServers": {,}\n}');
  const syntax = await told(cli.client(['connect']));
  assert.equal(syntax.code, 3);
  assert.match(syntax.message, /holdfast\.json:2:\d+: /);
});

test('and so is that there is none', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const named = await told(cli.client(['connect', '--config', join(cli.folder, 'nowhere.json')]));
  assert.equal(named.code, 3);
  assert.match(named.message, /nowhere\.json: cannot read the file \(there is no such file\)/);
  const found = await told(cli.client(['connect']));
  assert.equal(found.code, 3);
  assert.match(found.message, /holdfast\.json: there is no such file.*name yours with --config/);
});

test('without a client it is told on stderr', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const { code, stderr } = await cli.run('connect');
  assert.equal(code, 3);
  assert.match(stderr, /^holdfast: .*there is no such file/);
});

test('a manager elsewhere that is not there is told on stderr at once', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const connect = cli.start('connect', '--url', 'http://127.0.0.1:1/mcp');
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  connect.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  const line = await connect.line('stderr', /^holdfast: /);
  assert.match(line, /^holdfast: cannot reach http:\/\/127\.0\.0\.1:1 \(a connection was refused.*\), trying again$/);
  connect.child.stdin.end();
  await connect.finished;
});

test('a client that is gone before it has read an answer is noticed by the answer, though its stdin stays open', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: fixture('well-behaved') });
  const { child, finished } = cli.start('connect');
  child.stdout.destroy();
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  assert.equal((await finished).code, 0);
});
