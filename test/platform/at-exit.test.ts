import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withNothingLeft } from '../support/leak-check.ts';

const HOST = fileURLToPath(new URL('../fixtures/host-that-exits.js', import.meta.url));

for (const [how, code] of [
  ['exit', 3],
  ['uncaught', 1],
] as const) {
  test(`a host that ends by ${how} takes its servers along, also one that ignores everything`, async t => {
    const sandbox = await withNothingLeft(t);
    const host = spawn(process.execPath, [HOST, how], {
      env: { ...process.env, ...sandbox.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let pids = '';
    host.stdout.on('data', chunk => {
      pids += chunk;
    });
    assert.deepEqual(await once(host, 'exit'), [code, null]);
    assert.match(pids, /^\d+ \d+\n$/, 'both servers were running');
  });
}

test('a group that cannot be signalled does not keep the others from it', async () => {
  const module = new URL('../../src/platform/at-exit.js', import.meta.url);
  const script = `
    import { endAtExit } from ${JSON.stringify(module.href)};
    endAtExit({ signalNow() { throw new Error('no file descriptors'); } });
    endAtExit({ signalNow: what => process._rawDebug(what) });`;
  const host = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  host.stderr.on('data', chunk => {
    said += chunk;
  });
  assert.deepEqual(await once(host, 'close'), [0, null]);
  assert.equal(said.trim().replaceAll('\r', ''), 'terminate\nkill');
});
