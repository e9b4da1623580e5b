import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import * as z from 'zod';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { projectRoot } from '../support/project-root.ts';
import { optionTables } from './option-table.ts';

const page = readFileSync(join(projectRoot(), 'docs', 'config.md'), 'utf8').replaceAll('\r\n', '\n');
const blocks = (language: string) =>
  [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter(match => match[1] === language).map(match => match[2] ?? '');
const published = z.fromJSONSchema(jsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const disk = { readText: () => '', isFile: () => false };
const read = (text: string) => parseConfig(text, { file: 'holdfast.json', env: {}, home: '/home/ada', disk });

const examples = blocks('jsonc');
for (const [index, text] of examples.entries()) {
  test(`example ${index + 1} of docs/config.md is taken, by the loader and by the published schema`, () => {
    const { warnings } = read(text);
    assert.deepEqual(warnings, []);
    assert.equal(published.safeParse(parse(text)).error, undefined);
  });
}

test('the errors that docs/config.md shows are what comes out', () => {
  const broken = examples[0]?.replace('"retries": 5 }', '"retires": 5 },\n      "holdMs": "30s"');
  assert.throws(
    () => read(broken ?? ''),
    (error: unknown) => error instanceof ConfigError && `${error.message}\n` === blocks('text')[0],
  );
});

test('docs/config.md tells every option with its default and meaning, and none besides', () => {
  const tables = optionTables();
  const start = page.indexOf('<!-- These tables');
  const told = page
    .slice(start, page.indexOf('## In your editor'))
    .split('\n')
    .filter(line => line.startsWith('| `'));
  assert.deepEqual(told, [...tables.server, ...tables.top]);
});

const entry = { command: 'x' };
const refused: readonly (readonly [says: string, value: unknown])[] = [
  ['an unknown key in holdfast of a server', { mcpServers: { a: { ...entry, holdfast: { retires: 1 } } } }],
  ['an unknown key in a section of it', { mcpServers: { a: { ...entry, holdfast: { restart: { retires: 1 } } } } }],
  ['an unknown key in the top-level holdfast', { holdfast: { default: {} } }],
  ['an unknown key in its defaults', { holdfast: { defaults: { dependsOn: [] } } }],
  ['a value of the wrong type', { mcpServers: { a: { ...entry, holdfast: { restart: { retries: 'three' } } } } }],
  ['a value out of range', { mcpServers: { a: { ...entry, holdfast: { health: { errorRate: 2 } } } } }],
  ['arguments that are one string', { mcpServers: { a: { ...entry, args: '-y' } } }],
];
for (const [says, value] of refused) {
  test(`the published schema and the loader both refuse ${says}`, () => {
    assert.equal(published.safeParse(value).success, false);
    assert.throws(() => read(JSON.stringify(value)), ConfigError);
  });
}

test('the published schema takes keys that are not ours outside of holdfast', () => {
  const value = { numStartups: 3, mcpServers: { a: { ...entry, alwaysAllow: [] } } };
  assert.equal(published.safeParse(value).error, undefined);
});

test('the published schema has a description for every key that editors complete', () => {
  const without: string[] = [];
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) return;
    const properties = 'properties' in part && typeof part.properties === 'object' ? (part.properties ?? {}) : {};
    for (const [key, inner] of Object.entries(properties)) {
      if (!JSON.stringify(inner).includes('"description"') && !JSON.stringify(inner).includes('$ref')) {
        without.push(`${path}.${key}`);
      }
      walk(inner, `${path}.${key}`);
    }
    if ('definitions' in part) for (const inner of Object.values(part.definitions ?? {})) walk(inner, path);
  };
  walk(jsonSchema(), '');
  assert.deepEqual(without, []);
});
