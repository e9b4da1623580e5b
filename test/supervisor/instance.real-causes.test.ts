// Causes that are made, not quoted: no file descriptors left, no memory left, one message of 64 MiB.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { configOf, fault, manage, quick, type ServerSpec, served } from '../support/managed.ts';

const isWindows = os === 'windows';
const MIB = 1_048_576;
const oneTry = { holdfast: { restart: { ...quick.restart, retries: 0 } } };
const noUlimit = { skip: isWindows && 'the limit is set by a POSIX shell' };

describe('real causes', { concurrency: 2 }, () => {
  test('a server that opens more files than it may', noUlimit, async t => {
    const script = `const { open } = require('fs/promises'); (async () => { for (;;) await open(process.execPath); })();`;
    const { manager, status } = await manage(t, {
      one: { command: 'sh', args: ['-c', 'ulimit -n 64; exec "$0" -e "$1"', process.execPath, script], ...oneTry },
    });
    await manager.start();
    const { category, code, stderrTail } = status().lastError ?? {};
    assert.deepEqual([category, code], ['resource', 'RESOURCE_FILES']);
    assert.match(String(stderrTail), /EMFILE/);
  });

  test('a server that takes more memory than it may', async t => {
    const script = 'const all = []; for (;;) all.push(new Array(1_000).fill({}));';
    const { manager, status } = await manage(t, {
      one: { command: process.execPath, args: ['--max-old-space-size=16', '-e', script], ...oneTry },
    });
    await manager.start();
    const { category, code, stderrTail } = status().lastError ?? {};
    assert.deepEqual([category, code], ['resource', 'RESOURCE_MEMORY']);
    assert.match(String(stderrTail), /heap out of memory/);
  });

  test('a host without file descriptors says so, and starts the server once there are some', noUlimit, async t => {
    const outcome = await inHost(
      t,
      { one: served('well-behaved', oneTry) },
      `
      await manager.start();
      await manager.stop();
      const taken = [];
      try { for (;;) taken.push(openSync(process.execPath)); } catch {}
      closeSync(taken.pop());
      await manager.start();
      const [{ state, lastError }] = manager.status();
      for (const fd of taken) closeSync(fd);
      await manager.start();
      const said = [state, lastError.category, lastError.code, manager.status()[0].state];`,
      256,
    );
    assert.deepEqual(outcome, ['failed', 'resource', 'RESOURCE_FILES', 'ready']);
  });

  test('a message of 64 MiB passes by default, a little more fails its call alone', { timeout: 120_000 }, async t => {
    const { manager, text, status } = await manage(t, { one: served('huge-result') });
    await manager.start();
    // What stands around the text, with an id of one digit.
    const frame = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":""}]}}'.length;
    const most = 64 * MIB - frame;
    assert.equal((await text('huge', { bytes: most - 100 })).length, most - 100);
    const error = await fault(manager.callTool('one', 'huge', { bytes: most + 100 }));
    assert.equal(error.code, 'RESOURCE_MESSAGE_TOO_LARGE');
    assert.equal(await text('huge', { bytes: 3 }), 'xxx');
    assert.equal(status().incarnation, 1);
  });

  test('a result of 256 MB over the limit takes no memory of ours', { timeout: 120_000 }, async t => {
    const outcome = await inHost(
      t,
      { one: served('huge-result', { holdfast: { maxMessageBytes: MIB } }) },
      `
      await manager.start();
      const before = process.memoryUsage.rss();
      let peak = before;
      const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 2);
      const error = await manager.callTool('one', 'huge', { bytes: 256_000_000 }).catch(error => error);
      clearInterval(watch);
      const said = [error.code, Math.round((peak - before) / 1_048_576)];`,
    );
    const [code, grownMb] = outcome as [string, number];
    t.diagnostic(`${grownMb} MiB more at most while 256 MB came`);
    assert.equal(code, 'RESOURCE_MESSAGE_TOO_LARGE');
    assert.ok(grownMb < 128, `${grownMb} MiB`);
  });
});

/** What `code` leaves in `said`, run with a `manager` in a process of its own; with at most `files` descriptors where that is given. */
async function inHost(
  t: TestContext,
  servers: Readonly<Record<string, ServerSpec>>,
  code: string,
  files?: number,
): Promise<unknown> {
  const sandbox = await withNothingLeft(t);
  const module = new URL(`../../src/manager${extname(import.meta.url)}`, import.meta.url);
  const script = `
    import { closeSync, openSync } from 'node:fs';
    import { createManager } from ${JSON.stringify(module.href)};
    const manager = await createManager({ config: ${JSON.stringify({ mcpServers: configOf(servers, sandbox) })} });
    ${code}
    const { survivors } = await manager.close();
    console.log(JSON.stringify(survivors.length > 0 ? survivors : said));`;
  const [command, args] =
    files === undefined
      ? [process.execPath, []]
      : ['sh', ['-c', `ulimit -n ${files}; exec "$0" "$@"`, process.execPath]];
  const child = spawn(command, [...args, '--input-type=module', '-e', script], {
    cwd: sandbox.folder,
    env: { ...process.env, ...sandbox.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  sandbox.later(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [status] = (await once(child, 'close')) as [number | null];
  assert.equal(status, 0, output);
  return JSON.parse(output);
}
