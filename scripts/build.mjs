// Compiles the sources to dist/ (the package), and with --tests the sources and tests to build/.
// Stale output is removed first, so that a deleted file cannot go on being run.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { binary, root } from './lib.mjs';

const tests = process.argv.includes('--tests');
const dist = join(root, 'dist');

const tsc = binary('typescript', 'tsc');
if (tsc === null) {
  // `npm ci --omit=dev` runs `prepare` too, without a compiler; where dist/ came along (an image, say) that is fine.
  const keep = process.env.npm_lifecycle_event === 'prepare' && existsSync(dist);
  console.error(
    `typescript is not installed: ${keep ? 'keeping dist/ as it is' : 'run "npm ci" with development dependencies'}`,
  );
  process.exit(keep ? 0 : 1);
}

// Only what this script itself makes: other folders of build/ belong to whoever made them.
const stale = tests ? ['src', 'test', 'bench'].map(folder => join(root, 'build', folder)) : [dist];
for (const folder of stale) rmSync(folder, { recursive: true, force: true });

const project = join(root, tests ? 'tsconfig.json' : 'tsconfig.build.json');
const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
if (!tests) await finishPackage();

/** What the package needs beside the compiler's output: the schema for editors, and a program that can be started. */
async function finishPackage() {
  const { jsonSchema } = await import(pathToFileURL(join(dist, 'config', 'json-schema.js')).href);
  writeFileSync(join(dist, 'holdfast.schema.json'), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
}
