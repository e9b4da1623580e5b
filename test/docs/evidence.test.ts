import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RIGHTS } from '../../src/platform/windows/process.ts';
import { projectRoot } from '../support/project-root.ts';

const root = projectRoot();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const inDocs = readdirSync(join(root, 'docs')).filter(file => file.endsWith('.md'));
const pages = ['README.md', ...inDocs.map(file => `docs/${file}`)];

test('every test and source that a page names as evidence exists', () => {
  const missing = pages.flatMap(page => {
    const named = [...read(page).matchAll(/`((?:test|src)\/[\w./-]+\.[jt]s)`/g)].map(match => match[1] ?? '');
    return named.filter(file => !existsSync(join(root, file))).map(file => `${page}: ${file}`);
  });
  assert.deepEqual(missing, []);
  assert.match(read('docs/windows.md'), /`test\//);
  assert.match(read('docs/network.md'), /`test\//);
});

test('docs/windows.md has the access mask of everything that is done to a process', () => {
  const page = read('docs/windows.md');
  const missing = Object.entries(RIGHTS).filter(([, mask]) => !page.includes(`\`0x${mask.toString(16)}\``));
  assert.deepEqual(missing, []);
});
