import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project-root.ts';

const root = projectRoot();
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const page = read('docs', 'dependencies.md');

type Kind = 'dependencies' | 'devDependencies' | 'optionalDependencies';
type Manifest = Partial<Record<Kind, Record<string, string>>>;
const manifest: Manifest = JSON.parse(read('package.json'));
const tools: Manifest = JSON.parse(read('tools', 'package.json'));

/** The packages named in the first column of the table under one heading. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name).sort();
}

const packages = (from: Manifest, ...kinds: Kind[]): string[] =>
  kinds.flatMap(kind => Object.keys(from[kind] ?? {})).sort();

test('docs/dependencies.md says of every dependency, and of nothing else, what earns its place', () => {
  assert.deepEqual(listed('What a user installs'), packages(manifest, 'dependencies', 'optionalDependencies'));
  assert.deepEqual(listed('What working on Holdfast needs'), packages(manifest, 'devDependencies'));
  assert.deepEqual(listed('Tools'), packages(tools, 'dependencies', 'devDependencies', 'optionalDependencies'));
});

test('every dependency is pinned to one version', () => {
  const loose = [manifest, tools].flatMap(from =>
    [from.dependencies, from.devDependencies, from.optionalDependencies].flatMap(versions =>
      Object.entries(versions ?? {}).filter(([, version]) => !/^(npm:[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    ),
  );
  assert.deepEqual(loose, []);
});

test('the lock files name no registry, so that each machine installs from its own', () => {
  for (const lock of [read('package-lock.json'), read('tools', 'package-lock.json')]) {
    assert.doesNotMatch(lock, /"resolved"/);
  }
});
