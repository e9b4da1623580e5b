import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { CommandLine } from './run-cli.ts';

const skip = os === 'windows' && 'Windows ends a process that is signalled';

test('one Ctrl-C that arrives twice, as under npm, ends what was started, too', { skip }, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({});
  const { child, finished } = cli.start('up', '-d', '--state-dir', 'state');
  await eventually(() => existsSync(join(cli.folder, 'state', 'logs', 'daemon.out')), { what: 'its start' });
  child.kill('SIGINT');
  await turn();
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  assert.deepEqual([code, stderr], [130, 'interrupted; what was started is ended\n']);
  assert.deepEqual(await sandbox.living(), []);
});
