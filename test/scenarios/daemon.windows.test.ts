// On Windows a daemon has to leave the job of whoever starts it, or it ends with that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { type Answer, CommandLine } from '../cli/run-cli.ts';
import { fixture } from '../support/fixture.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const onWindows = { skip: os === 'windows' ? false : 'daemon.test.ts has it for other systems' };

test('up -d returns, and its manager serves on until "down"', onWindows, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ one: fixture('well-behaved') });
  const { code, stdout, stderr } = await cli.run('up', '-d', '--json');
  assert.equal(code, 0, stderr);
  const { pid, url } = JSON.parse(stdout) as Answer;
  assert.ok(pid !== null && url != null, stdout);
  assert.equal((await fetch(new URL('/livez', url))).status, 200);
  assert.equal((await cli.run('down')).code, 0);
  assert.equal(await isAlive(pid), false);
});
