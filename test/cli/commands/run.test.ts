import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { fixture } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import type { RawClient } from '../../support/raw-client.ts';
import { CommandLine } from '../run-cli.ts';

const server = (name: string, ...args: readonly string[]) => {
  const { command, args: own } = fixture(name, ...args);
  return ['run', '--', command, ...own];
};

async function ended(client: RawClient): Promise<void> {
  client.child.stdin.end();
  assert.deepEqual(await client.exited, { code: 0, signal: null });
  assert.deepEqual(client.junk, [], 'nothing but messages on stdout');
}

test('the server is the client’s own: told its name, its capabilities and all of our variables', async t => {
  const cli = new CommandLine(await withNothingLeft(t), { SOMETHING_OF_THE_CLIENT: 'yes' });
  const client = cli.client(server('well-behaved'));
  await client.initialize();
  const { initialize } = JSON.parse(await client.callText('session-info')) as {
    initialize: { clientInfo: object };
  };
  const environment = JSON.parse(await client.callText('environment')) as Record<string, string>;
  assert.deepEqual(initialize.clientInfo, { name: 'raw', version: '1' });
  assert.equal(environment.SOMETHING_OF_THE_CLIENT, 'yes');
  await ended(client);
});

test('the client’s roots reach the one process that there is', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const client = cli.client(server('well-behaved'));
  await client.initialize({ capabilities: { roots: { listChanged: true } } });
  const pid = await client.callText('pid');
  assert.match(await client.callText('ask-roots'), /file:\/\/\/test/);
  client.notify('notifications/roots/list_changed');
  await client.waitFor(({ method, id }) => method === 'roots/list' && id === 'holdfast-roots-2', 'the second question');
  assert.match(await client.callText('ask-roots'), /file:\/\/\/test/);
  assert.equal(await client.callText('pid'), pid);
  await ended(client);
});

test('a crash of the server is not the client’s business, and is told on stderr', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const client = cli.client(server('well-behaved'));
  await client.initialize();
  const first = Number(await client.callText('pid'));
  const slow = client.ask('tools/call', { name: 'slow', arguments: { ms: 50 } });
  const crashed = await client.call('crash', { code: 3 });
  assert.match(JSON.stringify(crashed.error), /"code":"PROCESS_EXITED_DURING_CALL".*"mayHaveRun":true/);
  assert.match(JSON.stringify((await client.answer(slow)).result), /at last/);
  assert.notEqual(Number(await client.callText('pid')), first);
  const cause = '^holdfast: well-behaved exited unexpectedly \\(exit code 3\\)$';
  const effects =
    '^holdfast: well-behaved: crash was rejected.*^holdfast: well-behaved calls under way: .*starts again in';
  const told = new RegExp(`${cause}.*${effects}`, 'ms');
  await client.until(() => told.test(client.stderr), 'our words on stderr, the cause before what it does');
  await ended(client);
});

test('a command that is not there is told on the first request and on stderr, and nobody is made to start us again', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const client = cli.client(['run', '--', 'holdfast-test-no-such-command']);
  const { error } = await client.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw-client', version: '1' },
  });
  assert.match(JSON.stringify(error), /"code":"PROCESS_COMMAND_NOT_FOUND".*"hint":"install it/);
  await client.until(() => /^holdfast: .*cannot find the command/m.test(client.stderr), 'our words on stderr');
  assert.equal((await client.request('ping')).error, undefined);
  await ended(client);
});

test('a script that writes everything at once and ends gets every answer', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const client = cli.client(server('slow-start', '500'));
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'script', version: '1' } };
  const started = client.ask('initialize', params);
  client.notify('notifications/initialized');
  const list = client.ask('tools/list');
  client.child.stdin.end();
  assert.equal((await client.answer(started)).error, undefined);
  assert.equal((await client.answer(list)).error, undefined);
  assert.deepEqual(await client.exited, { code: 0, signal: null });
});

const skip = os === 'windows' ? 'there is no SIGTERM' : false;
test('a signal ends it in good order, without its client’s help', { skip }, async t => {
  const sandbox = await withNothingLeft(t);
  const client = new CommandLine(sandbox).client(server('ignores-eof'));
  await client.initialize();
  client.child.kill('SIGTERM');
  assert.deepEqual(await client.exited, { code: 0, signal: null });
  assert.deepEqual(await sandbox.living(), []);
});

test('a signal that cuts off what the client waits for makes the exit code 130', { skip }, async t => {
  const client = new CommandLine(await withNothingLeft(t)).client(server('well-behaved'));
  await client.initialize();
  client.ask('tools/call', { name: 'hang' });
  await client.callText('echo');
  client.child.kill('SIGTERM');
  assert.deepEqual(await client.exited, { code: 130, signal: null });
});

test('a stateless client’s first word starts the server, once, and with its own name and capabilities', async t => {
  const client = new CommandLine(await withNothingLeft(t)).client(server('well-behaved'));
  const clientInfo = { name: 'editor', version: '7' };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    'io.modelcontextprotocol/clientInfo': clientInfo,
  };
  const call = { name: 'session-info', arguments: {}, _meta };
  const ids = [client.ask('server/discover', { _meta }), ...[1, 2, 3].map(() => client.ask('tools/call', call))];
  const [discovered, ...told] = await Promise.all(ids.map(id => client.answer(id)));
  assert.match(JSON.stringify(discovered), /"supportedVersions":\["2026-07-28"/);
  const seen = told.map(
    ({ result }) => (result as { structuredContent: { pid: number; initialize: object } }).structuredContent,
  );
  assert.equal(new Set(seen.map(({ pid }) => pid)).size, 1);
  const initialize = { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo };
  for (const one of seen) assert.deepEqual(one.initialize, initialize);
  await ended(client);
});

test('the second run answers initialize from what the first has learnt', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const first = cli.client(server('well-behaved'));
  const { result } = await first.initialize();
  await first.request('tools/list');
  await ended(first);
  const second = cli.client(server('well-behaved'));
  assert.deepEqual((await second.initialize()).result, result);
  await ended(second);
});

test('a client that is gone before it has read an answer is noticed by the answer, though its stdin stays open', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const { child, finished } = cli.start(...server('well-behaved'));
  child.stdout.destroy();
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  assert.equal((await finished).code, 0);
});

test('a configuration that is named and not there, or wrong, is the answer to the first request', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const file = cli.configure({}, { holdfast: { defaults: { retires: 1 } } });
  for (const [config, what] of [
    ['nowhere.json', /nowhere\.json: cannot read the file \(there is no such file\)/],
    [file, /holdfast\.json:1:\d+: holdfast\.defaults\.retires: unknown key/],
  ] as const) {
    const client = cli.client(['--config', config, ...server('well-behaved')]);
    const { error } = await client.initialize();
    assert.match((error as { message: string }).message, what);
    assert.equal((await client.exited).code, 3);
    await client.until(() => what.test(client.stderr) && client.ended, 'the same on stderr');
    assert.doesNotMatch(client.stderr, /^(?!holdfast: ).+/m, 'each line is marked as ours');
  }
});
