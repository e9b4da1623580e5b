import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/load.ts';
import { holdfastNetworkSchema } from '../../src/config/schema.ts';
import { projectRoot } from '../support/project-root.ts';

const page = readFileSync(join(projectRoot(), 'docs', 'network.md'), 'utf8').replaceAll('\r\n', '\n');

test('docs/network.md names every switch, and its example is taken', () => {
  const keys = Object.keys(holdfastNetworkSchema.unwrap().shape);
  assert.deepEqual(
    keys.filter(key => !page.includes(`\`${key}`)),
    [],
  );
  const example = /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  assert.deepEqual(parseConfig(example, { file: 'holdfast.json', env: {}, home: '/' }).warnings, []);
});
