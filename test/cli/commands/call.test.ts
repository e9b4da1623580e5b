import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { eventually } from '../../support/eventually.ts';
import { fixture } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine, servers } from '../run-cli.ts';

test('call starts the server, calls, prints the text and stops', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  assert.deepEqual(await cli.run('call', 'good', 'echo', '{"text": "hello"}'), {
    code: 0,
    stdout: 'hello\n',
    stderr: '',
  });

  const { code, value } = await cli.json('call', 'good', 'add', '{"a": 1, "b": 2}');
  assert.equal(code, 0);
  assert.deepEqual(value, { content: [{ type: 'text', text: '3' }] });
});

test('call reads arguments from stdin', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const running = cli.start('call', 'good', 'echo', '-');
  running.child.stdin.end('{"text": "from stdin"}');
  assert.deepEqual(await running.finished, { code: 0, stdout: 'from stdin\n', stderr: '' });
});

test('a tool that reports an error ends with 6, its words on stdout', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const { code, stdout, stderr } = await cli.run('call', 'good', 'fail');
  assert.deepEqual([code, stdout], [6, 'no such file\n']);
  assert.equal(stderr, 'error: good: the tool "fail" reported an error\n');
  const json = await cli.json('call', 'good', 'rpc-error');
  assert.equal(json.code, 6);
  assert.equal(json.value.error.code, 'TOOL_CALL_FAILED');
});

test('a server that is not available ends with 5, with its last words', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const dies = await cli.run('call', 'dies', 'echo');
  assert.equal(dies.code, 5);
  assert.match(
    dies.stderr,
    /^error: dies: the server exited before it was ready \(exit code 1\)\n {2}code {2}PROCESS_EXITED_AT_START\n/,
  );
  assert.match(dies.stderr, /its last words:\n[\s\S]*cannot read properties of a missing config/);

  const missing = await cli.json('call', 'missing', 'echo');
  assert.equal(missing.code, 5);
  const { category, code, server, details } = missing.value.error;
  assert.deepEqual([category, code, server], ['process', 'PROCESS_COMMAND_NOT_FOUND', 'missing']);
  assert.equal(details.command, 'holdfast-test-no-such-command');
});

test('an unknown server or tool ends with 2 and names the nearest', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ ...servers, off: { ...servers.good, disabled: true } });
  const server = await cli.run('call', 'goood', 'echo');
  assert.equal(server.code, 2);
  assert.match(server.stderr, /there is no server "goood", but "good"/);
  const tool = await cli.run('call', 'good', 'eccho');
  assert.equal(tool.code, 2);
  assert.match(tool.stderr, /the server has no tool "eccho", but "echo"/);
  const off = await cli.run('call', 'off', 'echo');
  assert.equal(off.code, 2);
  assert.match(off.stderr, /it is disabled in holdfast\.json/);
});

test('bad arguments end with 2 before anything is started', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const { code, stderr } = await cli.run('call', 'good', 'echo', '{"text": }');
  assert.equal(code, 2);
  assert.match(stderr, /line 1, column 10: expected a value/);
});

test('a call that takes too long ends with 1', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const { code, stderr } = await cli.run('call', 'good', 'hang', '--timeout', '50');
  assert.equal(code, 1);
  assert.match(stderr, /the call was not answered within \d+ ms/);
});

test('a server is started with those it depends on, and no others', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({
    ...servers,
    first: fixture('well-behaved'),
    second: { ...fixture('well-behaved'), holdfast: { dependsOn: ['first'] } },
  });
  const { code, stderr } = await cli.run('call', 'second', 'pid', '--log-level', 'info');
  assert.equal(code, 0);
  const started = stderr
    .split('\n')
    .filter(line => line.includes('"server.ready"'))
    .map(line => (JSON.parse(line) as { server: string }).server);
  assert.deepEqual(started, ['first', 'second']);
});

test('Ctrl-C ends a call with 130, and leaves nothing', {
  skip: os === 'windows' && 'there are no signals',
}, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure(servers);
  const running = cli.start('call', 'good', 'hang', '--log-level', 'info');
  await running.line('stderr', /"server\.ready"/);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.finished;
  assert.equal(code, 130);
  assert.match(stderr, /the call was cancelled by its caller/);
  await eventually(async () => (await sandbox.living()).length === 0, { what: 'the server to be gone' });
});
