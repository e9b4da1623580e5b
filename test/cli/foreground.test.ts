// A fault of our own, while servers run: it is told, and nothing is left behind.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { CommandLine, servers } from './run-cli.ts';

const faults = {
  'an exception that nobody caught': 'setImmediate(() => { throw new Error("boom of a test"); })',
  'a rejection that nobody handled': 'Promise.reject(new Error("boom of a test"))',
};

/** Makes the command line fail from within when it is signalled. */
const failing = (code: string) => {
  const script = `process.on('SIGUSR2', () => { ${code}; })`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
};

const stubborn = { ...fixture('ignores-everything'), holdfast: { stop: { drainMs: 50, graceMs: 50 } } };

for (const [title, code] of Object.entries(faults)) {
  const options = { skip: os === 'windows' && 'there are no signals' };

  test(`${title} ends "up" with 1, after everything was stopped`, options, async t => {
    const sandbox = await withNothingLeft(t);
    const temp = join(sandbox.folder, 'temp');
    mkdirSync(temp);
    const cli = new CommandLine(sandbox, { ...failing(code), TMPDIR: temp });
    cli.configure({ good: servers.good, stubborn });
    const up = cli.start('up', '--json');
    const { control } = JSON.parse(await up.line('stdout', /"listening"/)) as { control: string };
    for (const name of ['good', 'stubborn']) await up.line('stdout', new RegExp(`"server.ready","server":"${name}"`));
    up.child.kill('SIGUSR2');
    const { code: status, stdout } = await up.finished;
    assert.equal(status, 1);
    assert.match(stdout, /boom of a test/);
    assert.deepEqual(await sandbox.living(), []);
    assert.equal(existsSync(control), false, 'the socket is gone');
    assert.deepEqual(readdirSync(temp), []);
    const again = cli.start('up', '--json');
    await again.line('stdout', /"server.ready","server":"good"/);
    again.child.kill('SIGINT');
    assert.equal((await again.finished).code, 0);
  });

  test(`${title} ends "call" with 1, after its server was stopped`, options, async t => {
    const sandbox = await withNothingLeft(t);
    const cli = new CommandLine(sandbox, failing(code));
    cli.configure(servers);
    const call = cli.start('call', 'good', 'hang', '--log-level', 'info');
    await call.line('stderr', /"server\.ready"/);
    call.child.kill('SIGUSR2');
    const { code: status, stderr } = await call.finished;
    assert.equal(status, 1, stderr);
    assert.match(stderr, /boom of a test/);
    assert.deepEqual(await sandbox.living(), []);
  });
}

test('a fault before the servers are started ends "up", too', async t => {
  const sandbox = await withNothingLeft(t);
  const script = 'process.stdout.write = () => { throw new Error("boom of a test"); }';
  const cli = new CommandLine(sandbox, { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` });
  cli.configure(servers);
  const { code, stderr } = await cli.run('up');
  assert.equal(code, 1);
  assert.match(stderr, /boom of a test/);
});
