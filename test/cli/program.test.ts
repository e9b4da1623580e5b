import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { projectRoot } from '../support/project-root.ts';
import { CommandLine, servers } from './run-cli.ts';

test('help of what serves clients says where the token is, what stderr has and how it ends', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  for (const command of ['up', 'run', 'connect']) {
    const { code, stdout } = await cli.run(command, '--help');
    assert.equal(code, 0);
    assert.match(stdout.split('Global Options:')[1] ?? '', /token[\s\S]*stderr[\s\S]* ends with 0/, command);
  }
});

test('help and version are results', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const [nothing, ofCall, version] = [await cli.run(), await cli.run('call', '--help'), await cli.run('--version')];
  assert.deepEqual([nothing.code, ofCall.code, version.code], [0, 0, 0]);
  assert.match(nothing.stdout, /^Usage: holdfast/);
  assert.match(ofCall.stdout, /--timeout <ms>[\s\S]*--config <file>/);
  const { version: ours } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(version.stdout, `${ours}\n`);
});

const mistakes: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['stauts'], /^error: unknown command "stauts"\n {2}do {4}did you mean "status"\? see "holdfast --help"\n$/],
  [['stauts', '--help'], /^error: unknown command "stauts"\n {2}do {4}did you mean "status"\?/],
  [['call', 'good'], /missing required argument "tool"/],
  [['call', 'a', 'b', '--timeout', 'soon'], /"soon" is invalid: expected whole milliseconds/],
  [['up', '--prot', '1'], /unknown option "--prot"/],
  [
    ['run', 'npx', '-y', 'status'],
    /unknown option "-y"\n {2}do {4}put "--" before .*holdfast run -- .*"holdfast run --help"/,
  ],
  [['up', '--port', '65536'], /"65536" is invalid: expected a port, 0 to 65535/],
  [['config'], /"config" needs a command after it/],
  [['status', '--log-level', 'loud'], /expected one of fatal, error/],
];
for (const [args, says] of mistakes) {
  test(`wrong usage ends with 2 and says what is wrong: ${args.join(' ')}`, async t => {
    const cli = new CommandLine(await withNothingLeft(t));
    const { code, stdout, stderr } = await cli.run(...args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, says);
  });
}

test('with --json wrong usage is told on stdout', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const { code, value } = await cli.json('stauts');
  assert.equal(code, 2);
  assert.equal(value.error.category, 'usage');
});

test('a configuration that is not there, or bad, ends with 3 and says where', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const absent = await cli.run('up');
  assert.equal(absent.code, 3);
  assert.match(
    absent.stderr,
    /^holdfast\.json: there is no such file, nor is there .*holdfast\.json; name yours with --config/,
  );

  cli.configure({ files: { command: 'node', holdfast: { retires: 1 } } });
  const bad = await cli.run('up');
  assert.deepEqual([bad.code, bad.stdout], [3, '']);
  assert.match(bad.stderr, /holdfast\.json:1:\d+: mcpServers\.files\.holdfast\.retires: unknown key/);
  const { code, value } = await cli.json('tools');
  assert.equal(code, 3);
  assert.deepEqual([value.error.category, value.error.code], ['config', 'CONFIG_INVALID']);
  assert.equal(value.error.details.issues?.[0]?.key, 'mcpServers.files.holdfast.retires');
});

test('commands that need a manager end with 4 where none runs, and say how to start one', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({});
  for (const args of [['status'], ['down'], ['restart', 'a']]) {
    const { code, stderr } = await cli.run(...args);
    assert.equal(code, 4, args.join(' '));
    assert.match(stderr, /no manager is running for holdfast\.json\n.*\n {2}do {4}start one with "holdfast up"/);
  }
});

test('an output that takes nothing more is no mistake of ours, and ends the command', {
  skip: os !== 'linux',
}, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: servers.good });
  const { command, args, ...how } = cli.how(['config', 'check']);
  for (const words of [args, [...args.slice(0, -2), 'up']]) {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(command, words, { ...how, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
    closeSync(full);
    assert.equal(status, 1);
    assert.match(stderr, /^error: the output cannot be written: ENOSPC.*\n {2}do {4}free space where it goes/m);
    assert.doesNotMatch(stderr, /bug/);
  }
});
