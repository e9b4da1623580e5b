import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../src/errors/catalogue.ts';
import { redactSecrets } from '../../src/errors/redact.ts';
import { placeholdersOf } from '../../src/errors/template.ts';

// Tests are run from the root of the repository; the compiled file may lie anywhere below it.
const page = readFileSync(join(process.cwd(), 'docs', 'errors.md'), 'utf8');
const entries = Object.entries(catalogue);

interface Row {
  readonly section: string;
  readonly code: string;
  readonly cells: readonly string[];
}

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('## ')) section = line.slice(3);
    const code = /^\| `([A-Z_]+)` \|/.exec(line)?.[1];
    if (code === undefined) continue;
    rows.push({
      section,
      code,
      cells: line
        .slice(1, -1)
        .split('|')
        .slice(1)
        .map(cell => cell.trim()),
    });
  }
  return rows;
}

test('the page has one row for each code, in the section of its category, in the words of the catalogue', () => {
  const rows = rowsOf(page).map(({ section, code, cells }) => [code, section, ...cells]);
  const expected = entries.map(([code, { category, message, hint, retryable }]) => [
    code,
    category,
    message,
    hint,
    retryable ? 'yes' : 'no',
  ]);
  assert.deepEqual(rows.sort(byCode), expected.sort(byCode));
});

test('the page names no code that does not exist', () => {
  const named = page.match(/\b(?:CONNECTION|PROCESS|TOOL|NETWORK|RESOURCE)_[A-Z_]+/g) ?? [];
  assert.deepEqual(
    named.filter(code => !(code in catalogue)),
    [],
  );
});

test('a code begins with its category', () => {
  for (const [code, { category }] of entries) assert.ok(code.startsWith(`${category.toUpperCase()}_`), code);
});

test('messages and hints begin in lower case and end without a full stop', () => {
  // Names are written as they are.
  const begins = /^(?:[a-z]|"|Windows )/;
  for (const [code, { message, hint }] of entries) {
    for (const text of [message, hint]) {
      assert.match(text, begins, code);
      assert.doesNotMatch(text, /\.$/, code);
      assert.doesNotMatch(text, /\|/, `${code} would break the table`);
    }
  }
});

/** What people and programs can do about an error. */
const DEEDS = new Set(
  `add ask attach begin change check choose close connect correct end fix free give increase install leave let list log look lower make mend name pick pin put
  raise read reach remove report retry run see send set shorten shut sign start stop switch take tell try turn update use wait write`.split(
    /\s+/,
  ),
);

test('every hint names something to do', () => {
  const idle = entries.filter(([, { hint }]) => !(hint.match(/[a-z]+/g) ?? []).some(word => DEEDS.has(word)));
  assert.deepEqual(
    idle.map(([code, { hint }]) => `${code}: ${hint}`),
    [],
  );
});

test('every open placeholder stands in the message or the hint', () => {
  for (const [code, { message, hint, open }] of entries) {
    const places = [...placeholdersOf(message), ...placeholdersOf(hint)];
    assert.deepEqual(
      open.filter(name => !places.includes(name)),
      [],
      code,
    );
  }
});

test('every code is given by something', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.includes('catalogue'))
    .map(file => readFileSync(join('src', file), 'utf8'))
    .join('\n');
  const unused = entries.map(([code]) => code).filter(code => !sources.includes(code));
  assert.deepEqual(unused, []);
});

test('no placeholder that may hold a path or a value of the environment is open', () => {
  const closed = [
    'cwd',
    'argument',
    'option',
    'module',
    'package',
    'host',
    'stateDir',
    'config',
    'line',
    'last',
    'problem',
    'rpcMessage',
  ];
  for (const [code, { open }] of entries)
    assert.deepEqual(
      open.filter(name => closed.includes(name)),
      [],
      code,
    );
});

test('a closed placeholder stands in a part that can be left out', () => {
  for (const [code, { message, hint, open }] of entries) {
    const fixed = placeholdersOf(`${message} ${hint}`.replaceAll(/\[[^\]]*\]/g, ''));
    assert.deepEqual(
      fixed.filter(name => name !== 'server' && !open.includes(name)),
      [],
      code,
    );
  }
});

function byCode([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : 1;
}

test('our own words survive the redaction of secrets', () => {
  const redact = redactSecrets([]);
  for (const [, { message, hint }] of entries) {
    assert.equal(redact(message), message);
    assert.equal(redact(hint), hint);
  }
});
