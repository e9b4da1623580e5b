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
import { root } from './lib.mjs';

const { values, positionals: filters } = parseArgs({
  options: { node: { type: 'string', default: '22' }, full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
/** What scripts/wine-node exits with where it is at fault itself. */
const RIG_FAILED = 125;
const suite = ['windows', ...filters];
if (values.full) process.env.HOLDFAST_TEST_FULL = '1';
const rig = join(root, 'scripts', 'wine-node');
const cache =
  process.env.HOLDFAST_WINE_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast-wine');

if (process.platform === 'win32') {
  process.exitCode = await hand(process.execPath, [join(root, 'scripts', 'test.mjs'), ...suite], root);
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
    // Longer than the run allows itself: it is the runner that names a file that hangs.
    const args = ['--node', values.node, '--timeout', '1000', '--', 'scripts/test.mjs', ...suite];
    const code = await hand(rig, args, stage);
    if (code !== RIG_FAILED) return code;
    // Wine's server has been seen to crash, which says nothing of what was tested. Twice in a row would.
    console.error('the rig failed, not a test: once more from the beginning');
    return await hand(rig, args, stage);
  } finally {
    rmSync(stage, { recursive: true });
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

/** Its output and its exit code are ours, and our signals its own. */
function hand(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code ?? 1));
  });
}
