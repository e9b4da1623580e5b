// Compiles the sources to dist/ (the package), and with --tests the sources and tests to build/; the dashboard's page lies beside
// the sources in both. Stale output is removed first, so that a deleted file cannot go on being run.
import { spawn } from 'node:child_process';
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
const stale = tests ? ['src', 'test', 'bench', 'web'].map(folder => join(root, 'build', folder)) : [dist];
for (const folder of stale) rmSync(folder, { recursive: true, force: true });

// The page is checked with the tests, and built with both, beside the compiler: it takes a second of its own.
const projects = tests ? ['tsconfig.json', 'web/tsconfig.json'] : ['tsconfig.build.json'];
const page = buildPage(tests ? join(root, 'build', 'src', 'web') : join(dist, 'web'));
const statuses = await Promise.all([...projects.map(compile), page]);
const failed = statuses.find(status => status !== 0);
if (failed !== undefined) process.exit(failed);
if (!tests) await finishPackage();

function compile(project) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, '-p', join(root, project)], { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', code => resolve(code ?? 1));
  });
}

async function buildPage(outDir) {
  try {
    const { build } = await import('vite');
    await build({
      configFile: join(root, 'web', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
    });
    return 0;
  } catch (error) {
    // It has said on stderr what is wrong, and where.
    console.error(`the dashboard's page was not built: ${error.message}`);
    return 1;
  }
}

/** What the package needs beside the compiler's output: the schema for editors, and a program that can be started. */
async function finishPackage() {
  const { jsonSchema } = await import(pathToFileURL(join(dist, 'config', 'json-schema.js')).href);
  writeFileSync(join(dist, 'holdfast.schema.json'), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
}
