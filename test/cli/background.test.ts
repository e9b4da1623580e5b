import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type BackgroundOptions, startInBackground } from '../../src/cli/background.ts';
import { acquireLock } from '../../src/daemon/instance-lock.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { withNothingLeft } from '../support/leak-check.ts';

async function stage(t: TestContext) {
  const sandbox = await withNothingLeft(t);
  const configFile = join(sandbox.folder, 'holdfast.json');
  writeFileSync(configFile, JSON.stringify({ mcpServers: {} }));
  const stateDir = join(sandbox.folder, 'state');
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, HOME: sandbox.folder, ...sandbox.env };
  const start = (changes: Partial<BackgroundOptions> = {}, more: Record<string, string> = {}) =>
    startInBackground(
      { env: { ...env, ...more } },
      {
        configFile,
        stateDir,
        endpoint: { port: 0, hasToken: true },
        signal: new AbortController().signal,
        ...changes,
      },
    );
  return { sandbox, stateDir, start };
}

test('one that ends without a word of ours is told with what Node said', async t => {
  const { start } = await stage(t);
  await assert.rejects(start({}, { NODE_OPTIONS: '--no-such-option' }), error => {
    assert.ok(error instanceof HoldfastError && error.code === 'PROCESS_BACKGROUND_ENDED', String(error));
    assert.match(error.stderrTail.join('\n'), /--no-such-option is not allowed in NODE_OPTIONS/);
    return true;
  });
});

test('after Ctrl-C nothing of it is left', async t => {
  const { sandbox, start } = await stage(t);
  assert.equal(await start({ signal: AbortSignal.abort() }), null);
  assert.deepEqual(await sandbox.living(), []);
});

test('where a manager runs nothing of it is touched', async t => {
  const { stateDir, start } = await stage(t);
  const lock = await acquireLock(stateDir);
  await assert.rejects(start(), { code: 'PROCESS_MANAGER_RUNNING' });
  assert.equal(existsSync(join(stateDir, 'logs')), false);
  await lock.release();
});
