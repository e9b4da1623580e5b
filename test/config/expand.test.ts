// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expand, type Scope } from '../../src/config/expand.ts';

const variables: Readonly<Record<string, string>> = {
  HOME: '/home/ada',
  EMPTY: '',
  NESTED: '${HOME}',
  'PF(x86)': 'C:\\P',
};
const scope: Scope = {
  variable: name => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  home: '/home/ada',
  folder: '/srv/shop',
  separator: '/',
};

const cases: readonly (readonly [written: string, becomes: string])[] = [
  ['plain', 'plain'],
  ['${HOME}/a:${HOME}', '/home/ada/a:/home/ada'],
  ['${env:HOME}', '/home/ada'],
  ['${env:NONE:-x}', 'x'],
  ['${PF(x86)}', 'C:\\P'],
  ['${EMPTY}', ''],
  ['${EMPTY:-default}', 'default'],
  ['${NONE:-}', ''],
  ['${NONE:-a:-b}', 'a:-b'],
  ['${NONE:-${HOME}/x}!', '/home/ada/x!'],
  ['${NESTED}', '${HOME}'],
  ['${userHome}/x', '/home/ada/x'],
  ['${workspaceFolder}${/}${workspaceFolderBasename}', '/srv/shop/shop'],
  ['a${pathSeparator}b', 'a/b'],
  ['$HOME and $$', '$HOME and $$'],
  ['${HOME', '${HOME'],
  ['${}', '${}'],
  ['${array[@]} ${x%.*} ${#x} ${1} ${a-b} ${a:?b}', '${array[@]} ${x%.*} ${#x} ${1} ${a-b} ${a:?b}'],
];
for (const [written, becomes] of cases) {
  test(`${written} becomes ${JSON.stringify(becomes)}`, () => {
    assert.deepEqual(expand(written, scope), { text: becomes, problems: [], unset: [] });
  });
}

test('a variable that is not set stays as it is written, and is named', () => {
  assert.deepEqual(expand('a ${NONE} b ${env:NO_TOO}', scope), {
    text: 'a ${NONE} b ${env:NO_TOO}',
    problems: ['the variable NONE is not set', 'the variable NO_TOO is not set'],
    unset: ['NONE', 'NO_TOO'],
  });
});

test('what only an editor can ask for is named', () => {
  assert.deepEqual(expand('${input:key}', scope), {
    text: '${input:key}',
    problems: ['"input:key" is known to the editor alone: write a value or ${VARIABLE} in its place'],
    unset: [],
  });
});

test('a default within a default within a default ends somewhere', () => {
  const deep = `${'${NONE:-'.repeat(5_000)}x${'}'.repeat(5_000)}`;
  assert.ok(expand(deep, scope).text.startsWith('${NONE:-'));
});

test('text without "${" is never touched', () => {
  fc.assert(
    fc.property(
      fc.string().filter(text => !text.includes('${')),
      text => assert.deepEqual(expand(text, scope), { text, problems: [], unset: [] }),
    ),
  );
});

test('no text whatever makes it throw', () => {
  const piece = fc.constantFrom('${', '}', ':-', 'HOME', 'NONE', 'env:', '$', '/', ' ');
  fc.assert(fc.property(fc.array(piece), pieces => typeof expand(pieces.join(''), scope).text === 'string'));
});
