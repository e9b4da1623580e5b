// A manager in the background: it outlives whoever started it, tells why it did not come up, and leaves nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { type Answer, CommandLine } from '../cli/run-cli.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

async function stage(t: TestContext) {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox, { XDG_RUNTIME_DIR: sandbox.folder, NO_COLOR: '1' });
  cli.configure({ one: fixture('well-behaved') });
  return { sandbox, cli };
}

/** Puts a manager into the background; what it printed, and what it said besides. */
async function upDetached(cli: CommandLine) {
  const { code, stdout, stderr } = await cli.run('up', '-d', '--json');
  assert.equal(code, 0, stderr);
  return { ...(JSON.parse(stdout) as Answer & { readonly event: string }), said: stderr };
}

test('up -d takes over from a connect, is steered and watched from elsewhere, and ends with everything', async t => {
  const { cli } = await stage(t);
  const client = cli.client(['connect']);
  await client.initialize();
  const { event, pid, url, token, said } = await upDetached(cli);
  assert.deepEqual([event, typeof token], ['listening', 'string']);
  assert.match(said, new RegExp(`took over from holdfast connect \\(pid ${client.pid}\\); its clients go on`));
  assert.equal((await fetch(new URL('/livez', url ?? ''))).status, 200);
  assert.equal(await client.callText('one__echo', { text: 'still here' }), 'still here');
  await client.end();

  const watch = cli.start('status', '--watch', '--json');
  const { manager } = JSON.parse(await watch.line('stdout', /"incarnation":1/)) as Answer;
  assert.deepEqual([manager.pid, manager.url], [pid, url]);
  const { code, value } = await cli.json('restart', 'one');
  assert.deepEqual([code, value.state], [0, 'ready']);
  const second = await cli.run('up', '-d');
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`a manager is already running .*pid ${pid}`));
  const words = join(manager.stateDir, 'logs', 'daemon.out');
  assert.match(readFileSync(words, 'utf8'), /^holdfast connect .*\ntook over from .*\n$/);
  if (os !== 'windows') assert.equal(statSync(words).mode & 0o777, 0o600);
  const down = await cli.run('down');
  assert.equal(down.code, 0, down.stderr);
  assert.equal(await isAlive(manager.pid), false);

  await watch.line('stdout', /^\{"manager":null,"servers":\[\]\}$/);
  const again = await upDetached(cli);
  await watch.line('stdout', new RegExp(`^{"manager":{"pid":${again.pid},`));
  if (os !== 'windows') {
    watch.child.kill('SIGINT');
    const { code: ended, stdout } = await watch.finished;
    assert.equal(ended, 0);
    const told = stdout.trim().split('\n');
    assert.ok(
      told.some(line => /"state":"ready".*"incarnation":2/.test(line)),
      stdout,
    );
    assert.ok(told.length < 30, `${told.length} lines are more than changes`);
  }
  assert.equal((await cli.run('down')).code, 0);
});

/** Only there is a terminal that a test can close. */
const needsScript = { skip: !existsSync('/usr/bin/script') && 'there is no script(1)' };

test('its terminal closes: the daemon lives on, and up in the foreground ends in good order', needsScript, async t => {
  const { sandbox, cli } = await stage(t);
  const { command, args, cwd, env } = cli.how(['up', '-d']);
  const line = [command, ...args].map(word => `'${word}'`).join(' ');
  const open = (what: string) => {
    const terminal = spawn('/usr/bin/script', ['-qfc', what, '/dev/null'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    sandbox.later(() => terminal.kill('SIGKILL'));
    let text = '';
    terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const says = (words: RegExp) => eventually(() => words.exec(text)?.[1], { what: `${words} in ${text}` });
    const close = async () => {
      terminal.kill('SIGKILL');
      await once(terminal, 'close');
    };
    return { says, close };
  };
  const first = open(`${line}; sleep 600`);
  const pid = Number(await first.says(/is up in the background \(pid (\d+)\)/));
  const page = String(await first.says(/dashboard\S*\s+(http:\S+#token=\S+)/));
  await first.close();
  // Somebody may hang up on it by hand, too.
  process.kill(pid, 'SIGHUP');
  assert.equal((await fetch(new URL('/livez', page))).status, 200);
  assert.equal((await cli.run('down')).code, 0);

  const second = open(line.replace(" '-d'", ''));
  await second.says(/(one) +ready/);
  assert.notDeepEqual(await sandbox.living(), []);
  await second.close();
  await eventually(async () => (await sandbox.living()).length === 0, { what: 'all to end with the terminal' });
});

test('what keeps it from coming up is told where it was started, with its hint and exit code', async t => {
  const { sandbox, cli } = await stage(t);
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const taken = await cli.json('up', '-d', '--port', String(port));
  assert.deepEqual([taken.code, taken.value.error.code], [1, 'RESOURCE_PORT_TAKEN']);
  assert.match(taken.value.error.message, /it is held by/);

  cli.configure({ one: { command: 'node', holdfast: { retires: 1 } } });
  const wrong = await cli.run('up', '-d');
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /unknown key[\s\S]*\n {2}do {4}/);
  assert.deepEqual(await sandbox.living(), []);
});
