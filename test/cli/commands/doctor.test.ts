import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { eventually } from '../../support/eventually.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { projectRoot } from '../../support/project-root.ts';
import { CommandLine, type Running, servers } from '../run-cli.ts';

interface Report {
  readonly ok: boolean;
  readonly os: string;
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly summary: string;
    readonly hint: string | null;
    readonly details: Readonly<Record<string, unknown>>;
  }[];
}

async function report(cli: CommandLine, ...args: readonly string[]) {
  const { code, stdout, stderr } = await cli.run('doctor', '--json', ...args);
  const value = JSON.parse(stdout) as Report;
  const find = (id: string) => value.checks.find(check => check.id === id) ?? assert.fail(`no check ${id}: ${stdout}`);
  return { code, stdout, stderr, value, find };
}

test('without a configuration everything else is looked at, nothing is written, and it ends with 0', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const before = readdirSync(cli.folder, { recursive: true });
  const { code, stderr, value, find } = await report(cli);
  assert.deepEqual([code, stderr, value.ok], [0, '', true], JSON.stringify(value));
  assert.deepEqual([find('node').status, find('node').details.version], ['ok', process.versions.node]);
  assert.equal(find('configuration').status, 'warning');
  assert.match(find('stateFolder').summary, /made by the first start/);
  assert.deepEqual(readdirSync(cli.folder, { recursive: true }), before);
});

test('every check says how it is and what to do where something is wrong, and stands in docs/doctor.md', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: servers.good });
  const { value } = await report(cli);
  const ids = value.checks.map(({ id }) => id);
  const page = readFileSync(join(projectRoot(), 'docs', 'doctor.md'), 'utf8');
  const told = [...page.slice(page.indexOf('## The checks')).matchAll(/^\| `([^`]+)` \|/gm)].map(([, id]) => id);
  assert.deepEqual(
    told.map(id => id?.replace('NAME', 'good')),
    ids,
  );
  for (const { id, status, summary, hint, details } of value.checks) {
    assert.match(status, /^(ok|warning|problem|unknown|notApplicable)$/, id);
    assert.ok(summary !== '' && typeof details === 'object', id);
    if (status === 'warning' || status === 'problem') assert.ok(hint, `${id} says what to do`);
    assert.doesNotMatch(summary, /check itself failed/, id);
  }
});

test('a server that cannot be started is a problem in the words of "config check", and ends with 1', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: servers.good, missing: servers.missing, far: { url: 'https://a.example/mcp?key=x' } });
  const { code, value, find } = await report(cli);
  assert.deepEqual([code, value.ok, find('server:good').status], [1, false, 'ok']);
  assert.equal(find('server:far').summary, 'remote: https://a.example/mcp, not connected to');
  const { status, summary, details } = find('server:missing');
  assert.match(`${status} ${summary}`, /^problem cannot run: cannot find the command/);
  assert.equal((details.error as { code: string }).code, 'PROCESS_COMMAND_NOT_FOUND');
  const explained = await cli.run('config', 'check', '--explain');
  assert.ok(explained.stdout.includes(summary.replace('cannot run: ', '')));
});

test('the port of the configuration is tried, and whoever holds it is named', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  cli.configure({}, { holdfast: { gateway: { port } } });
  const { code, find } = await report(cli);
  assert.deepEqual([code, find('port').status, find('port').details.port], [0, 'warning', port]);
  if (os === 'linux') assert.equal((find('port').details.holder as { pid: number }).pid, process.pid);
});

test('a bad configuration is one problem among the lines, and ends with 1', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  writeFileSync(
    join(cli.folder, 'holdfast.json'),
    '{ "mcpServers": { "a": { "args": [] },\n "b": { "command": 1 } } }',
  );
  const { code, find } = await report(cli);
  assert.deepEqual([code, find('configuration').status, find('node').status], [1, 'problem', 'ok']);
  assert.match(find('configuration').summary, /^holdfast\.json:1:\d+: mcpServers\.a.*, and 1 other mistake$/);
  const absent = await report(cli, '--config', 'nowhere.json');
  const { status, summary, hint } = absent.find('configuration');
  assert.deepEqual([absent.code, status, summary], [1, 'problem', 'there is no nowhere.json']);
  assert.match(hint ?? '', /--config/);
});

test('it is read by people too, and shows no secret', async t => {
  const secret = 'sk-0123456789abcdefghij';
  const cli = new CommandLine(await withNothingLeft(t), { HTTPS_PROXY: `http://ada:${secret}@proxy.invalid:3128` });
  cli.configure({ missing: { ...servers.missing, args: [`--key=${secret}`], env: { KEY: 'plain-but-given' } } });
  const { code, stdout } = await cli.run('doctor');
  assert.equal(code, 1);
  assert.match(stdout, /^holdfast \S+ on (Linux|macOS|Windows)\n\nprograms\nok {7}Node/);
  assert.match(stdout, /\n1 problem\b.*\n(.*\n)*first: missing: /);
  const json = await cli.run('doctor', '--json');
  for (const output of [stdout, json.stdout]) assert.doesNotMatch(output, new RegExp(`${secret}|plain-but-given`));
});

test('the folder of a manager that runs is told, and left alone', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: servers.good });
  const state = join(cli.folder, 'state');
  const up = cli.start('up', '--state-dir', state);
  await up.line('stdout', /good .*ready/);
  const { find } = await report(cli, '--state-dir', state);
  assert.deepEqual([find('stateFolder').status, find('stateFolder').details.manager], ['ok', up.child.pid]);
  assert.ok(existsSync(state));
  assert.equal((await cli.run('down', '--state-dir', state)).code, 0);
  await up.finished;
});

describe('a disk that hangs', { skip: os === 'windows' && 'Windows has no named pipes among its files' }, () => {
  /** Runs `doctor` with a configuration that never comes, and waits until it is being read. */
  async function hanging(t: TestContext): Promise<{ readonly running: Running; readonly since: number }> {
    const cli = new CommandLine(await withNothingLeft(t));
    const file = join(cli.folder, 'holdfast.json');
    execFileSync('sh', ['-c', 'mkfifo "$0"', file]);
    const since = performance.now();
    const running = cli.start('doctor', '--json', '--config', file);
    // A pipe can be opened for writing at once only while somebody reads it.
    const writer = await eventually(() => openToWrite(file), { what: 'a reader of the configuration' });
    t.after(() => closeSync(writer as number));
    return { running, since };
  }

  test('does not hold up Ctrl-C', async t => {
    const { running, since } = await hanging(t);
    running.child.kill('SIGINT');
    const { stdout } = await running.finished;
    assert.deepEqual([running.child.signalCode, stdout], ['SIGINT', '']);
    assert.ok(performance.now() - since < 7_000, 'it waited for the disk');
  });

  test('is told after a while, with all the rest', async t => {
    const { running } = await hanging(t);
    const { stdout } = await running.finished;
    assert.equal(running.child.signalCode, 'SIGTERM');
    const { checks } = JSON.parse(stdout) as Report;
    assert.match(checks.find(({ id }) => id === 'configuration')?.summary ?? '', /no answer within 8 s/);
    assert.equal(checks.find(({ id }) => id === 'node')?.status, 'ok');
  });
});

function openToWrite(file: string): number | undefined {
  try {
    return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
}
