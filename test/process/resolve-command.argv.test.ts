import assert from 'node:assert/strict';
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { os } from '../../src/platform/platform.ts';
import { commandLine } from '../../src/platform/windows/command-line.ts';
import type { LaunchPlan } from '../../src/process/launch-plan.ts';
import { resolveCommand } from '../../src/process/resolve-command.ts';
import { NASTY, nastyArguments } from '../support/windows-arguments.ts';
import { server } from './resolve/server.ts';
import { modernShim, oldShim } from './resolve/shims.ts';

// Real processes tell what they were given. One start carries a hundred arguments, since a start is slow on Windows.

const own = fileURLToPath(import.meta.url);
const PRINT_ARGV = fileURLToPath(new URL(`../fixtures/print-argv${extname(own)}`, import.meta.url));
const NODE_FOLDER = dirname(process.execPath);
/** What cmd.exe acts on and a folder on PATH may be called. A `%` would be refused. */
const NASTY_FOLDER = "a b & (ü漢) !^=,'";
const RUNS = process.env.HOLDFAST_TEST_FULL === '1' ? 40 : 3;

const windowsOnly = { skip: os === 'windows' ? false : 'only Windows has batch files and command lines' };

/** A folder that the command lies in, with a name that needs quoting, and what it takes to resolve commands there. */
async function machine(t: TestContext) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-argv-')));
  // Windows lets go of a process's folder a moment after the process has gone.
  t.after(() => rm(root, { recursive: true, maxRetries: 10 }));
  const folder = join(root, NASTY_FOLDER);
  await mkdir(folder);
  await copyFile(PRINT_ARGV, join(folder, 'print-argv.mjs'));
  const env = { PATH: [folder, NODE_FOLDER].join(os === 'windows' ? ';' : ':') };
  const resolve = (command: string, args: readonly string[]) =>
    resolveCommand(server(folder, command, args, { env }), {
      os,
      env: process.env,
      home: homedir(),
      nodePath: process.execPath,
    });
  return { folder, resolve };
}

/** What the process of a plan writes to stdout. */
async function outputOf(plan: LaunchPlan, args = plan.args, asLine: SpawnOptions = {}): Promise<string> {
  const child = spawn(plan.file, [...args], {
    cwd: plan.cwd,
    env: plan.env,
    windowsVerbatimArguments: plan.verbatim ?? false,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...asLine,
  });
  const closed = once(child, 'close');
  const output = child.stdout === null ? '' : await text(child.stdout);
  assert.deepEqual(await closed, [0, null]);
  return output;
}

const printed = async (plan: LaunchPlan): Promise<unknown> => JSON.parse(await outputOf(plan));

/** The same plan, started with the line that we build for CreateProcess instead of libuv's. */
async function printedByLine(plan: LaunchPlan): Promise<unknown> {
  const program = `"${plan.file}"`;
  const line = commandLine(plan.file, plan.args, plan.verbatim);
  assert.ok(line.startsWith(`${program} `));
  const asLine = { argv0: program, windowsVerbatimArguments: true };
  return JSON.parse(await outputOf(plan, [line.slice(program.length + 1)], asLine));
}

/** Starts with lists of nasty arguments, the known ones among them, and compares what arrives. */
async function roundTrips(
  start: (args: readonly string[]) => Promise<unknown>,
  { runs = RUNS, accepts = (_argument: string): boolean => true } = {},
): Promise<void> {
  const known = NASTY.filter(accepts);
  const lists = fc.array(nastyArguments.filter(accepts), { minLength: 60, maxLength: 120, size: 'max' });
  await fc.assert(
    fc.asyncProperty(lists, async args => {
      const all = [...known, ...args];
      assert.deepEqual(await start(all), all);
    }),
    { numRuns: runs, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
  );
}

test('a program gets its arguments unchanged, whatever they hold', async t => {
  const { folder, resolve } = await machine(t);
  await roundTrips(async args => printed(await resolve('node', [join(folder, 'print-argv.mjs'), ...args])));
});

test('so does one that is started with our own command line', windowsOnly, async t => {
  const { folder, resolve } = await machine(t);
  await roundTrips(async args => printedByLine(await resolve('node', [join(folder, 'print-argv.mjs'), ...args])));
});

for (const [writer, shim] of Object.entries({ 'npm of today': modernShim, 'npm 6 and yarn 1': oldShim })) {
  test(`so does a script behind a shim of ${writer}, "%" included, without a cmd.exe`, windowsOnly, async t => {
    const { folder, resolve } = await machine(t);
    await writeFile(join(folder, 'tool.cmd'), shim('print-argv.mjs'));
    const start = async (args: readonly string[]) => {
      const plan = await resolve('tool', args);
      assert.equal(plan.file.toLowerCase(), process.execPath.toLowerCase());
      return printed(plan);
    };
    await roundTrips(start, { runs: 1 });
  });
}

// What a batch file of somebody's own looks like: not npm's, so that only cmd.exe can run it.
const forwards = '@echo off\r\nset "OF_ITS_OWN=1"\r\nnode "%~dp0print-argv.mjs" %*\r\n';
const isSafe = (argument: string): boolean => !/[%\r\n]/.test(argument);

test('a batch file that hands its arguments on gets them unchanged, and cmd.exe acts on none', windowsOnly, async t => {
  const { folder, resolve } = await machine(t);
  for (const name of ['own.bat', 'its own.cmd']) {
    await writeFile(join(folder, name), forwards);
    const start = async (args: readonly string[]) => {
      const plan = await resolve(name, args);
      assert.equal(plan.verbatim, true);
      return printed(plan);
    };
    await roundTrips(start, { accepts: isSafe });
  }
});

test('so does one that is started with our own command line, by its path', windowsOnly, async t => {
  const { folder, resolve } = await machine(t);
  const file = join(folder, 'own.cmd');
  await writeFile(file, forwards);
  await roundTrips(async args => printedByLine(await resolve(file, args)), { accepts: isSafe });
});

test('one that calls another batch file still hands on what CALL leaves alone', windowsOnly, async t => {
  const { folder, resolve } = await machine(t);
  await writeFile(join(folder, 'inner.cmd'), forwards);
  await writeFile(join(folder, 'outer.cmd'), '@echo off\r\ncall inner.cmd %*\r\n');
  const accepts = (argument: string) => isSafe(argument) && !argument.includes('^');
  await roundTrips(async args => printed(await resolve('outer', args)), { runs: 1, accepts });
  await assert.rejects(resolve('outer', ['a^b']), { code: 'PROCESS_COMMAND_UNSAFE', message: /argument 1 holds "\^"/ });
});

test('what a batch file cannot take is refused before anything starts, each with its reason', windowsOnly, async t => {
  const { folder, resolve } = await machine(t);
  await writeFile(join(folder, 'own.cmd'), forwards);
  const delayed = forwards.replace('@echo off', '@echo off\r\nsetlocal EnableDelayedExpansion');
  await writeFile(join(folder, 'delayed.cmd'), delayed);
  const refused: readonly (readonly [command: string, argument: string, reason: RegExp])[] = [
    ['own', '%PATH%', /argument 2 holds "%"/],
    ['own', '100%', /argument 2 holds "%"/],
    ['own', 'a\r\ndel x', /argument 2 holds a line end/],
    ['own', 'a\0b', /argument 2 holds a NUL/],
    ['delayed', 'Hi!', /argument 2 holds "!"/],
  ];
  for (const [command, argument, message] of refused) {
    await assert.rejects(resolve(command, ['fine', argument]), { code: 'PROCESS_COMMAND_UNSAFE', message });
  }
});

test('npx and npm start from the Node that is installed here', windowsOnly, async t => {
  const { resolve } = await machine(t);
  for (const command of ['npx', 'npm', 'npx.cmd']) {
    const plan = await resolve(command, ['--version']);
    assert.match(plan.file, /\\node\.exe$/i);
    assert.match(await outputOf(plan), /^\d+\.\d+\.\d+\s*$/);
  }
});
