// Looks at what `npm pack` would put into the tarball: `npx <tarball> up` must run without a build.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './lib.mjs';

const MAX_UNPACKED_BYTES = 3 * 1024 * 1024;
/** As it goes over a slow line. */
const MAX_PAGE_BYTES = 100_000;
const MUST_HOLD = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
  'dist/holdfast.schema.json',
  'dist/web/index.html',
];
const MAY_HOLD = /^(dist\/|docs\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/;

const { files, unpackedSize } = dryRun();
const paths = files.map(file => file.path);
const problems = [
  ...MUST_HOLD.filter(path => !paths.includes(path)).map(path => `${path} is missing`),
  ...paths.filter(path => !MAY_HOLD.test(path)).map(path => `${path} does not belong into the package`),
];
if (unpackedSize > MAX_UNPACKED_BYTES) {
  problems.push(
    `${unpackedSize} bytes unpacked, more than ${MAX_UNPACKED_BYTES}: what grew? (raise the limit in scripts/check-pack.mjs if it must)`,
  );
}
if (
  paths.includes('dist/cli/main.js') &&
  !readFileSync(join(root, 'dist/cli/main.js'), 'utf8').startsWith('#!/usr/bin/env node\n')
) {
  problems.push('dist/cli/main.js does not begin with "#!/usr/bin/env node"');
}

const scripts = paths.filter(path => /^dist\/web\/.*\.js$/.test(path));
const pageBytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, path))).length, 0);
if (pageBytes > MAX_PAGE_BYTES)
  problems.push(`the page is ${pageBytes} bytes of JavaScript, more than ${MAX_PAGE_BYTES}`);

for (const problem of problems) console.error(problem);
console.log(`${paths.length} files, ${Math.round(unpackedSize / 1024)} KiB unpacked`);
process.exitCode = problems.length === 0 ? 0 : 1;

function dryRun() {
  // Scripts off: `prepare` would build again, and its output would stand among the JSON.
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const npm = process.env.npm_execpath;
  const { status, stdout, stderr } =
    npm === undefined
      ? spawnSync(`npm ${args.join(' ')}`, { cwd: root, encoding: 'utf8', shell: true })
      : spawnSync(process.execPath, [npm, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack --dry-run failed: ${stderr}`);
  const answer = JSON.parse(stdout);
  // An array up to npm 11, an object by package name in some later versions.
  const [packed] = Object.values(answer);
  return packed;
}
