// `npm run check`: everything that can be known without running the product. Every check runs, also after one has
// failed; the output of a check is shown only where it failed.
//   node scripts/check.mjs [NAME...]     only the checks named
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { binary, root, seconds } from './lib.mjs';

const script = (name, ...args) => [join(root, 'scripts', name), ...args];
const tool = (name, command, ...args) => {
  const file = binary(name, command);
  if (file === null) throw new Error(`"${name}" is not installed: run "npm ci"`);
  return [file, ...args];
};

const checks = {
  types: { says: 'sources and tests compile', run: () => script('build.mjs', '--tests') },
  // A warning nobody has to fix is a warning nobody reads.
  style: {
    says: 'lint and format; "npx biome check --write" mends most',
    run: () =>
      tool(
        '@biomejs/biome',
        'biome',
        ...'ci --error-on-warnings --reporter=concise --colors=off --max-diagnostics=200'.split(' '),
      ),
  },
  house: {
    says: 'imports, doors, file sizes, dependency list',
    run: () => script('test.mjs', 'unit', 'architecture.test', 'dependencies.test'),
  },
  unused: { says: 'no dead files, exports or dependencies', run: () => tool('knip', 'knip', '--no-progress') },
  build: { says: 'the package builds', run: () => script('build.mjs') },
  publint: {
    says: 'package.json says what the package holds',
    run: () => tool('publint', 'publint', '--strict', '--pack', 'false'),
  },
  pack: { says: 'the tarball holds what it must and no more', run: () => script('check-pack.mjs') },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`no check "${unknown.join('", "')}": one of ${Object.keys(checks).join(', ')}`);
  process.exit(1);
}

const failed = [];
for (const [name, { says, run }] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  const { status, output } = outcome(run);
  const line = `${name.padEnd(8)} ${says} (${seconds(performance.now() - started)})`;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${line}`);
  if (status !== 0) {
    failed.push(name);
    console.log(output.trimEnd().replace(/^/gm, '       '));
  }
}
console.log(failed.length === 0 ? '\nall checks passed' : `\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function outcome(run) {
  try {
    // What is tested here is tested by `npm test` too, and counts there.
    const { HOLDFAST_TEST_TALLY: _, ...env } = process.env;
    const result = spawnSync(process.execPath, run(), {
      cwd: root,
      env,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: result.status, output: `${result.stdout}${result.stderr}${result.error?.message ?? ''}` };
  } catch (error) {
    return { status: 1, output: error.message };
  }
}
