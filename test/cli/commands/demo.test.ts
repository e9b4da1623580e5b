import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { advice } from '../../../src/cli/commands/demo.ts';
import { os } from '../../../src/platform/platform.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine } from '../run-cli.ts';
import { statusOf } from '../status-of.ts';

test('the advice is a line to copy, for the system at hand', () => {
  const server = statusOf('everything', { pid: 7 });
  assert.match(advice([server], 'linux') ?? '', / {2}kill -9 7 {3}\(everything comes back by itself\)$/);
  assert.match(advice([server], 'windows') ?? '', / {2}taskkill \/F \/PID 7 /);
  assert.equal(advice([statusOf('everything', { state: 'backoff', pid: null })], 'linux'), null);
  assert.equal(advice([], 'linux'), null);
});

test('the demo heals what its own advice kills, and leaves neither process nor folder', {
  skip: os === 'windows' && 'it is ended by a signal',
}, async t => {
  const sandbox = await withNothingLeft(t);
  const state = join(sandbox.folder, 'state');
  const cli = new CommandLine(sandbox, { XDG_STATE_HOME: state });
  const demo = cli.start('demo');
  const kill = await demo.line('stdout', /kill -9 \d+/);
  for (const server of ['everything', 'files', 'memory'])
    await demo.line('stdout', new RegExp(`${server} ready in .* tools`));
  const pid = /kill -9 (\d+)/.exec(kill)?.[1];
  process.kill(Number(pid), 'SIGKILL');
  await demo.line('stdout', /everything exited unexpectedly \(signal SIGKILL\)$/);
  await demo.line('stdout', new RegExp(`kill -9 (?!${pid}\\b)\\d+`));

  const [status, other] = await Promise.all([cli.run('status'), cli.run('demo')]);
  assert.match(status.stdout, /everything +ready/, 'it is the only manager that runs');
  assert.equal(other.code, 2);
  assert.match(other.stderr, new RegExp(`a demo runs already \\(pid ${demo.child.pid}\\)`));

  demo.child.kill('SIGINT');
  const { code, stdout } = await demo.finished;
  assert.equal(code, 0);
  assert.match(stdout, /all servers are stopped, no process is left\n$/);
  assert.deepEqual(readdirSync(join(state, 'holdfast')), []);
});
