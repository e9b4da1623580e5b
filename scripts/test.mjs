// Runs compiled test files under node:test.
//   node scripts/test.mjs unit|scenarios|windows|full [FILTER...]     FILTER: a part of a file's path
//   HOLDFAST_TEST_NODE   the Node to run them with; default: the one that runs this script
//   HOLDFAST_TEST_PART   "2/6": every sixth file, from the second on; for runs beside each other
//   HOLDFAST_TEST_TALLY  a file that gets one JSON line with the counts of this run
// `full` is unit and scenarios with HOLDFAST_TEST_FULL=1, by which tests take their long form. `windows` is what
// `npm run test:windows` runs, on Windows or under Wine: the unit tests, the scenarios named `*.windows.test.ts`, and
// those that say as much on Windows as elsewhere.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, seconds } from './lib.mjs';

const MINUTE = 60_000;
const MOST_TOGETHER = 12;
const ALONE =
  /child_process|worker_threads|leak-check|run-cli|support\/(managed|pool|lived|contained|keeper|gateway|real-servers|timeless)\.js|\/endpoint\.js|createServer|\.listen\(|\bmock\b|globalThis|process\.(on|once|chdir|exit|stdin|stdout)\b|process\.env\.\w+ =|^(before|after|beforeEach|afterEach)\(/m;
const ofTheRepository = /^(docs[\\/]|(architecture|dependencies)\.test)/;
const ofMadeUpOnes =
  /^gateway[\\/](?!serve-|gateway|session-store|legacy|stdio)|^(lifecycle|health|errors|web)[\\/]|^telemetry[\\/](?!log-(disk|follow))/;
const likeOthers =
  /^cli[\\/](?!doctor|interrupts|stdio|commands[\\/](up|run|connect|status|doctor)\.)|^supervisor[\\/](?!one-life|supervisor\.test|instance\.real-causes)|^manager\.(remote|session|metrics|reload\.hostile)\.|^session[\\/]/;
const ofPosix = /^platform[\\/](linux|posix)[\\/]/;
/** Under Wine, where `--full` has all the same. */
const isFull = process.env.HOLDFAST_TEST_FULL === '1';
const isHurried = process.env.HOLDFAST_TEST_PART !== undefined && !isFull;
// Scenarios start many real processes and check that none is left: one file at a time.
const suites = {
  // Most of them wait for processes half of their time.
  unit: { concurrency: availableParallelism() + 1, testMs: 2 * MINUTE, runMs: 10 * MINUTE, has: scenario => !scenario },
  scenarios: { concurrency: 1, testMs: 5 * MINUTE, runMs: 30 * MINUTE, has: scenario => scenario },
  windows: {
    // Under Wine two runs go beside each other: see test-windows.mjs.
    concurrency: process.env.HOLDFAST_TEST_PART ? 1 : 2,
    testMs: 4 * MINUTE,
    runMs: 15 * MINUTE,
    has: (scenario, file) =>
      scenario
        ? /\.windows\.test\.js$|\b(cleanup|health|kept-session)\.test\.js$/.test(file)
        : // What is written in the repository is the same on every system, and so is what the gateway says to clients and servers that
          // are made up, what is decided, and what is drawn; sockets, files and processes are not. What begins
          // commands or servers takes seconds each time under Wine: some of it stands for the rest, which real Windows has in the workflow.
          ![ofTheRepository, ofMadeUpOnes, ofPosix, ...(isHurried ? [likeOthers] : [])].some(these => these.test(file)),
  },
  full: { concurrency: 1, testMs: 20 * MINUTE, runMs: 80 * MINUTE, has: () => true },
};

const [name = 'unit', ...filters] = process.argv.slice(2);
const suite = Object.hasOwn(suites, name)
  ? suites[name]
  : stopWith(`no suite "${name}": one of ${Object.keys(suites).join(', ')}`);
const [part, parts] = (process.env.HOLDFAST_TEST_PART || '1/1').split('/').map(Number);
const node = process.env.HOLDFAST_TEST_NODE || process.execPath;
const version =
  spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() || stopWith(`cannot run Node at ${node}`);

const base = join(root, 'build', 'test');
if (!existsSync(base)) stopWith('no compiled tests: run "node scripts/build.mjs --tests" first');
// Each file is named: what `node --test FOLDER` picks differs between versions of Node.
const files = readdirSync(base, { recursive: true })
  .map(String)
  .filter(file => file.endsWith('.test.js'))
  .filter(file => suite.has(file.split(sep)[0] === 'scenarios', file))
  .filter(file => filters.length === 0 || filters.some(filter => file.split(sep).join('/').includes(filter)))
  .map(file => relative(root, join(base, file)))
  .sort();
if (files.length === 0) stopWith(`no ${name} tests${filters.length > 0 ? ` match ${filters.join(' ')}` : ''}`);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tally-'));
const areTogether = filters.length === 0 && !isFull;
const runs = [...(areTogether ? together(files) : files.map(file => [file]))].filter(
  (_, index) => index % parts === part - 1,
);
const tallyFile = join(folder, 'tally.json');
const started = performance.now();
const status = await run();
const tookMs = performance.now() - started;
const tally = existsSync(tallyFile) ? readFileSync(tallyFile, 'utf8') : '';
rmSync(folder, { recursive: true, force: true });
report(tally === '' ? null : JSON.parse(tally));

/**
 * A process for each file costs more than most files do, under Wine seconds: those that touch nothing but their own objects share
 * one, a few of a folder at a time. What starts processes, listens, or changes what a process has once stays by itself, as does each file of a filtered run.
 */
function* together(all) {
  const groups = new Map();
  for (const file of all) {
    const group = groupOf(file);
    if (group === null) yield [file];
    else groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  for (const members of groups.values()) {
    for (let at = 0; at < members.length; at += MOST_TOGETHER) yield members.slice(at, at + MOST_TOGETHER);
  }
}

/** What the runner is given for these files: a program that takes in each. */
function entryOf(some, index) {
  const [first, ...others] = some;
  if (others.length === 0) return first;
  const entry = join(folder, `${groupOf(first)}-${index + 1}.test.mjs`);
  const lines = some.map(file => `await import(${JSON.stringify(pathToFileURL(join(root, file)).href)});\n`);
  writeFileSync(entry, lines.join(''));
  return entry;
}

/** Null for a file that must be alone. */
function groupOf(file) {
  if (ALONE.test(readFileSync(join(root, file), 'utf8'))) return null;
  return relative(base, join(root, file)).split(sep)[0].replace(/\..*/, '');
}

function run() {
  const args = [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${suite.concurrency}`,
    `--test-timeout=${suite.testMs}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${pathToFileURL(join(root, 'scripts', 'test-tally.mjs')).href}`,
    `--test-reporter-destination=${tallyFile}`,
    ...runs.map(entryOf),
  ];
  const env = { ...process.env, ...(name === 'full' ? { HOLDFAST_TEST_FULL: '1' } : {}) };
  // Set where we are started by a test; the runner would then speak to that test's runner instead of printing.
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });

  // --test-timeout covers a whole file on Node 20 and 22 but single tests only on 24 and 26: there, a file that
  // leaves a timer or a process open would hang the run for ever. SIGINT makes the runner name that file and end it.
  const deadline = setTimeout(() => {
    console.error(`\nthe run took longer than ${seconds(suite.runMs)}: stopping it`);
    interrupt();
  }, suite.runMs);
  let insist;
  const interrupt = () => {
    child.kill('SIGINT');
    insist ??= setTimeout(() => child.kill('SIGKILL'), 10_000);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
  return new Promise(resolve => {
    child.once('close', code => {
      clearTimeout(deadline);
      clearTimeout(insist);
      resolve(insist === undefined ? (code ?? 1) : 1);
    });
  });
}

function report(result) {
  const { tests = 0, pass = 0, fail = 0, cancelled = 0, skipped = 0, todo = 0 } = result?.counts ?? {};
  const slow = Object.entries(result?.fileMs ?? {})
    .filter(([, ms]) => ms >= 1000)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5);
  if (slow.length > 0) console.log('\nslowest files');
  for (const [file, ms] of slow) console.log(`${seconds(ms).padStart(8)}  ${relative(root, file)}`);

  const line = { suite: name, node: version, tests, pass, fail: fail + cancelled, skipped: skipped + todo };
  if (process.env.HOLDFAST_TEST_TALLY) appendFileSync(process.env.HOLDFAST_TEST_TALLY, `${JSON.stringify(line)}\n`);
  console.log(
    `\n${name} on Node ${version}: ${runs.flat().length} files, ${pass} passed, ${line.fail} failed, ${line.skipped} skipped in ${seconds(tookMs)}`,
  );
  // A run that executed nothing has shown nothing.
  if (tests === 0) console.error('no test was counted');
  process.exitCode = status !== 0 || line.fail > 0 || tests === 0 ? 1 : 0;
}

function stopWith(message) {
  console.error(message);
  process.exit(1);
}
