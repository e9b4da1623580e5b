// `npm run test:windows`: the suite `windows` of scripts/test.mjs on Windows' own Node. On Windows simply that. On Linux
// under Wine (scripts/wine-node), on a copy of the compiled project beside what npm would install on Windows, both in the
// cache of that script: the modules stay, for each lock file, and the copy goes with the run.
//   node scripts/test-windows.mjs [--node 20|22|24|26] [--full] [FILTER...]     --node: under Wine; default 22
// With --full (`npm run test:full`) tests take their long form; there a system that cannot run them only says so.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, seconds } from './lib.mjs';

const { values, positionals: filters } = parseArgs({
  options: { node: { type: 'string', default: '22' }, full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
/** What scripts/wine-node exits with where it is at fault itself. */
const RIG_FAILED = 125;
const MOST_TRIES = 3;
const PARTS = 6;
const suite = ['windows', ...filters];
if (values.full) process.env.HOLDFAST_TEST_FULL = '1';
const rig = join(root, 'scripts', 'wine-node');
const cache =
  process.env.HOLDFAST_WINE_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast-wine');

if (process.platform === 'win32') {
  const { code } = await hand(process.execPath, [join(root, 'scripts', 'test.mjs'), ...suite], root, 'inherit');
  process.exitCode = code;
} else if (process.platform === 'linux' && process.arch === 'x64') {
  process.exitCode = await underWine();
} else {
  console.error(
    `this is ${process.platform} on ${process.arch}: the Windows tests run on Windows, and on Linux on x64 under Wine`,
  );
  process.exitCode = values.full ? 0 : 1;
}

async function underWine() {
  // Each of these says itself what went wrong.
  if (!isDone(rig, ['--setup', '--verbose', '--node', values.node], root)) return 1;
  const modules = install();
  if (modules === null) return 1;
  const stage = makeStage(modules);
  try {
    return await runParts(stage);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/**
 * Wine's server does one thing at a time, and has been seen to crash, which says nothing of what was tested. So the tests go in parts,
 * each with a server of its own, two beside each other; a part whose server crashed is run again, and only that.
 */
async function runParts(stage) {
  const count = filters.length > 0 ? 1 : PARTS;
  const waiting = Array.from({ length: count }, (_, index) => index + 1);
  const began = performance.now();
  const results = [];
  const work = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      results.push(await runPart(stage, part, count));
    }
  };
  await Promise.all([work(), work()]);
  const sum = key => results.reduce((total, result) => total + result[key], 0);
  const figures = `${sum('files')} files, ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
  console.log(`\nwindows under Wine, Node ${values.node}: ${figures} in ${seconds(performance.now() - began)}`);
  return results.every(({ code }) => code === 0) ? 0 : 1;
}

async function runPart(stage, part, count) {
  // Longer than the run allows itself: it is the runner that names a file that hangs.
  const env = count === 1 ? [] : ['--env', `HOLDFAST_TEST_PART=${part}/${count}`];
  const args = ['--node', values.node, '--timeout', '1000', ...env, '--', 'scripts/test.mjs', ...suite];
  for (let tries = 1; ; tries++) {
    const { code, output } = await hand(rig, args, stage);
    process.stdout.write(count === 1 ? output : `\n--- part ${part} of ${count}\n${output}`);
    if (code === RIG_FAILED && tries < MOST_TRIES) {
      console.error(`the rig failed, not a test: part ${part} once more`);
      continue;
    }
    const [, files = 0, passed = 0, failed = 0, skipped = 0] =
      /: (\d+) files, (\d+) passed, (\d+) failed, (\d+) skipped in [\d.]+ s\s*$/.exec(output) ?? [];
    const counts = { files: Number(files), passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
    return { code, ...counts };
  }
}

/** The node_modules of Windows for this lock file, without running a script of theirs; null where that failed. */
function install() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const folder = join(cache, `modules-${hash.slice(0, 16)}`);
  if (existsSync(folder)) return join(folder, 'node_modules');

  console.log('installing what npm would install on Windows');
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(draft, file));
  const isInstalled =
    isDone('npm', 'ci --os=win32 --cpu=x64 --ignore-scripts --no-bin-links --no-audit --no-fund'.split(' '), draft) &&
    // In .bin Windows' own npm makes .cmd files; through links that stand there it would write into the packages.
    isDone(rig, ['--node', values.node, '--run', 'npm.cmd', '--', 'rebuild', '--ignore-scripts'], draft);
  if (isInstalled && !existsSync(folder)) renameSync(draft, folder);
  else rmSync(draft, { recursive: true });
  return isInstalled ? join(folder, 'node_modules') : null;
}

/** The project as it is now: what is built or edited here during the run does not change it. */
function makeStage(modules) {
  const stages = join(cache, 'stages');
  mkdirSync(stages, { recursive: true });
  for (const pid of readdirSync(stages)) if (!isAlive(Number(pid))) rmSync(join(stages, pid), { recursive: true });
  const stage = join(stages, String(process.pid));
  for (const name of readdirSync(root)) {
    if (['node_modules', '.git', 'build'].includes(name)) continue;
    const filter = source => !source.endsWith('node_modules');
    cpSync(join(root, name), join(stage, name), { recursive: true, filter });
  }
  for (const name of ['src', 'test']) {
    cpSync(join(root, 'build', name), join(stage, 'build', name), { recursive: true });
  }
  symlinkSync(modules, join(stage, 'node_modules'));
  return stage;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isDone(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) console.error(`the Windows tests cannot run: ${command} failed (${error?.message ?? status})`);
  return status === 0;
}

/** Resolves with its exit code and what it said. Our signals are its own. */
function hand(command, args, cwd, stdio = ['ignore', 'pipe', 'pipe']) {
  const child = spawn(command, args, { cwd, stdio });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', text => {
      output += text;
    });
  }
  const end = () => child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, end);
      resolve({ code: code ?? 1, output });
    });
  });
}
