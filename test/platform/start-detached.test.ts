import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { os } from '../../src/platform/platform.ts';
import { startDetached } from '../../src/platform/start-detached.ts';
import { openWin32 } from '../../src/platform/win32.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/processes.ts';

const STARTER = fileURLToPath(new URL('../fixtures/starts-daemon.js', import.meta.url));
const native = { skip: openWin32().why ?? false };

interface Told {
  readonly pid?: number;
  readonly notice?: string | null;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly child: number;
}

/** Runs the fixture until it has told what it started; all of it is ended after the test. */
async function starter(t: TestContext, args: readonly string[] = [], env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-daemon-'));
  const logFile = join(folder, 'a log é.txt');
  const process_ = spawn(process.execPath, [STARTER, logFile, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that all but the daemon can be ended as a terminal would.
    detached: os !== 'windows',
    windowsHide: true,
  });
  const exited = once(process_, 'exit');
  const [line] = (await once(createInterface({ input: process_.stdout }), 'line')) as [string];
  const told = JSON.parse(line) as Told;
  const end = async () => {
    if (os === 'windows') process_.kill();
    else process.kill(-Number(process_.pid), 'SIGKILL');
    await exited;
  };
  t.after(async () => {
    if (process_.exitCode === null && process_.signalCode === null) await end();
    for (const pid of [told.pid, told.child]) {
      if (pid === undefined || !(await isAlive(pid))) continue;
      process.kill(pid, 'SIGKILL');
      await eventually(async () => !(await isAlive(pid)), { what: `process ${pid} to end` });
    }
    rmSync(folder, { recursive: true, maxRetries: 10 });
  });
  return { told, end, log: () => readFileSync(logFile, 'utf8') };
}

/** The starter is killed, its child ends with it, and the daemon is heard afterwards. */
async function outlives({ told, end, log }: Awaited<ReturnType<typeof starter>>): Promise<void> {
  const { pid, child } = told;
  assert.ok(pid !== undefined && told.notice === null, JSON.stringify(told));
  await end();
  await eventually(async () => !(await isAlive(child)), { what: 'the child that is no daemon to end' });
  const before = log().length;
  await eventually(() => log().length > before + 30, { what: 'the daemon to beat on' });
  assert.ok(await isAlive(pid));
  assert.match(log(), /^stdin ended\r?$/m);
}

test('a daemon outlives a starter that is killed with everything around it, and what it says is in its log', async t => {
  await outlives(await starter(t));
});

test('so it does without native calls', { skip: os === 'windows' ? false : 'only Windows has them' }, async t => {
  await outlives(await starter(t, [], { HOLDFAST_NO_NATIVE: '1' }));
});

test('it leaves a job that ends with the starter, where the job lets it go', native, async t => {
  await outlives(await starter(t, ['open']));
});

test('where the job lets nobody go it is not started, and the error says what to do', native, async t => {
  const { told } = await starter(t, ['closed']);
  assert.equal(told.error?.code, 'PROCESS_BACKGROUND_REFUSED');
  assert.match(told.error.message, /in the background: the job that .* lets no process go/);
  assert.match(told.error.hint, /scheduled task, or run "holdfast up" in the foreground/);
});

test('a job further out that lets nobody go keeps it, and that is told', native, async t => {
  const { told, end } = await starter(t, ['closed', 'open']);
  const { pid, notice } = told;
  assert.ok(pid !== undefined, JSON.stringify(told));
  assert.match(notice ?? '', /still in a job/);
  await end();
  await eventually(async () => !(await isAlive(pid)), { what: 'the daemon to end with the outer job' });
});

test('a program that is not there is told, not thrown later', async () => {
  const options = { env: {}, cwd: process.cwd(), logFile: null };
  await assert.rejects(startDetached(join(process.cwd(), 'no-such-program'), [], options), {
    code: 'PROCESS_BACKGROUND_REFUSED',
    message: /ENOENT|ERROR_FILE_NOT_FOUND/,
  });
});
