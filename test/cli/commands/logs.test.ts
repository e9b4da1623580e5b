import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { os } from '../../../src/platform/platform.ts';
import type { LogLine } from '../../../src/telemetry/log-line.ts';
import { fixture, fixturePath } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { lineAt } from '../../support/log-folder.ts';
import { CommandLine } from '../run-cli.ts';

const linesOf = (stdout: string): LogLine[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as LogLine);

/** Tells what it should keep, in every way it knows, and dies of it. */
const says = {
  command: process.execPath,
  args: [
    '-e',
    'const [, token] = process.argv.slice(1); const all = [process.env.KEY, token]; console.error("words", ...all, JSON.stringify(all)); for (const one of all) console.error(encodeURIComponent(one), btoa(one)); process.exit(3)',
    '--',
    '--api-token',
    'tok/"en"-of-arguments',
  ],
  env: { KEY: 'key/"of"-environment' },
  holdfast: { restart: { retries: 0 } },
};
const secrets = ['tok/"en"-of-arguments', 'key/"of"-environment'].flatMap(text => [
  text,
  JSON.stringify(text).slice(1, -1),
  JSON.stringify(JSON.stringify(text)).slice(3, -3),
  encodeURIComponent(text),
  btoa(text).replaceAll('=', ''),
]);

test('what befell servers can be read while the manager runs and after, and no secret of theirs is anywhere', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: fixture('well-behaved'), says });
  const up = cli.start('up', '--json');
  const listening = await up.line('stdout', /"listening"/);
  await up.line('stdout', /"server.ready".*"server":"good"/);
  await up.line('stdout', /"server.failed".*"server":"says"/);
  const { token } = JSON.parse(listening) as { token: string };

  const own = await cli.run('events', '--json');
  assert.equal(own.code, 0, own.stderr);
  assert.ok(linesOf(own.stdout).some(({ event, server }) => event === 'server.failed' && server === 'says'));
  const { value } = await cli.json('status');
  const { logs } = value.manager;
  assert.ok(logs !== null);
  assert.deepEqual(logs, { folder: join(value.manager.stateDir, 'logs'), status: 'ok', reason: null, droppedLines: 0 });
  assert.equal((await cli.run('down')).code, 0);
  const { stdout } = await up.finished;

  const one = await cli.run('logs', 'says', '--json');
  assert.equal(one.code, 0);
  const types = linesOf(one.stdout).map(({ type }) => type);
  for (const type of ['server.starting', 'server.output', 'server.down', 'server.failed', 'server.stopped'])
    assert.ok(types.includes(type), type);
  assert.ok(linesOf(one.stdout).every(({ server }) => server === 'says'));
  const all = linesOf((await cli.run('logs', '--json', '-n', 'all')).stdout);
  assert.deepEqual(
    all.map(({ time }) => time),
    all.map(({ time }) => time).sort(),
  );
  assert.ok(all.some(({ server }) => server === 'good'));
  assert.match((await cli.run('logs', '-n', '1')).stdout, /^\d\d:\d\d:\d\d info {2}all servers are stopped\n$/);
  const bad = linesOf(
    (await cli.run('logs', '--json', '--level', 'warn', '--channel', 'error', '--since', '1h')).stdout,
  );
  assert.ok(bad.length >= 2 && bad.every(({ channel, level }) => channel === 'error' && /warn|error/.test(level)));

  const files = readdirSync(logs.folder).map(name => readFileSync(join(logs.folder, name), 'utf8'));
  const everything = [...files, stdout.replace(listening, ''), own.stdout, JSON.stringify(value)].join('\n');
  assert.match(everything, /words \[redacted\]/);
  for (const secret of [...secrets, token]) assert.ok(!everything.includes(secret), secret);
  assert.equal((await cli.run('events')).code, 4);
});

/** A state folder that no manager holds, with a log. */
async function withFiles(t: TestContext) {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ files: fixture('well-behaved'), other: fixture('well-behaved') });
  const folder = join(cli.folder, 'state', 'logs');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, second: number, msg: string, server?: string): void =>
    appendFileSync(join(folder, name), lineAt(second, msg, server === undefined ? {} : { server }));
  write('files.log', 0, 'first', 'files');
  return { cli, folder, write, logs: (...args: string[]) => cli.run('logs', ...args, '--state-dir', 'state') };
}

test('logs says what is wrong with how it was asked, and where logs will be', async t => {
  const { cli, logs } = await withFiles(t);
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['fiels'], /there is no server "fiels".*"files"/],
    [['--channel', 'eror'], /expected one of lifecycle, error/],
  ];
  for (const [args, words] of wrong) {
    const { code, stderr, stdout } = await logs(...args);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, words);
  }
  const configured = await logs('other');
  assert.deepEqual([configured.code, configured.stdout], [0, '']);
  assert.match(configured.stderr, /^there are no logs yet; they will be in state[/\\]logs\n$/);
  assert.match((await logs('files')).stdout, /^2026-01-01 \d\d:00:00 info {2}files: first\n$/);
  assert.equal((await cli.run('logs', '--run')).code, 0);
});

test('logs -f goes on across files that are put aside, until Ctrl-C', { skip: os === 'windows' }, async t => {
  const { cli, folder, write } = await withFiles(t);
  const follow = cli.start('logs', 'files', '-f', '--json', '--state-dir', 'state');
  await follow.line('stdout', /first/);
  write('files.log', 1, 'second', 'files');
  renameSync(join(folder, 'files.log'), join(folder, 'files.log.1'));
  write('files.log', 2, 'third', 'files');
  write('other.log', 2, 'of another', 'other');
  await follow.line('stdout', /third/);
  follow.child.kill('SIGINT');
  const { code, stdout } = await follow.finished;
  assert.equal(code, 0);
  assert.deepEqual(
    linesOf(stdout).map(({ msg }) => msg),
    ['first', 'second', 'third'],
  );
});

test('run keeps a log, too, and values of variables that are named like secrets are not in it', async t => {
  const cli = new CommandLine(await withNothingLeft(t), { MY_TOKEN: 'correct-horse' });
  const script = 'console.error(process.env.MY_TOKEN); import(process.argv[1])';
  const server = pathToFileURL(fixturePath('well-behaved')).href;
  const client = cli.client(['run', '--', process.execPath, '-e', script, server]);
  await client.initialize();
  client.child.stdin.end();
  await client.exited;
  const { code, stdout } = await cli.run('logs', '--run');
  assert.equal(code, 0);
  assert.match(stdout, /: starting, attempt 1\n/);
  assert.match(stdout, /stderr: \[redacted\]/);
  assert.doesNotMatch(stdout, /correct-horse/);
});
