// What the scripts share: where the project is, and how to start a development tool without a shell or npx,
// so that the same line works on Windows and with any Node.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The script behind a package's command, to be run with Node; null where the package is not installed. */
export function binary(name, command = name) {
  const folder = packageFolder(name);
  if (folder === null) return null;
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const path = typeof bin === 'string' ? bin : bin?.[command];
  if (path === undefined) throw new Error(`package "${name}" has no command "${command}"`);
  return join(folder, path);
}

/** Not by `require.resolve('name/package.json')`: some packages do not export it. */
function packageFolder(name) {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const candidate = join(folder, name);
    try {
      readFileSync(join(candidate, 'package.json'));
      return candidate;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return null;
}

export const seconds = ms => `${(ms / 1000).toFixed(1)} s`;
