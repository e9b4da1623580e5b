import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import {
  type Finding,
  notApplicable,
  ok,
  problem,
  type Topic,
  unknown,
  type Verdict,
  warning,
} from '../../../src/cli/doctor/finding.ts';
import { renderDoctor } from '../../../src/cli/render/doctor-report.ts';
import { widthOf } from '../../../src/cli/render/text.ts';
import { colourTheme, plainTheme } from '../../../src/cli/render/theme.ts';

const of = (topic: Topic, title: string, verdict: Verdict): Finding => ({ id: title, topic, title, ...verdict });
const view = { title: 'holdfast 1.0.0 on Linux', system: 'Linux', width: 80, theme: plainTheme };
const mixed = [
  of('programs', 'Node', ok('22.23.3, /usr/bin/node')),
  of('programs', 'PATHEXT', notApplicable('only Windows has this')),
  of('system', 'job', unknown('not known without native code')),
  of('network', 'port', warning('4653 is taken', 'end it')),
  of('servers', 'web', problem('cannot run: cannot find the command "npxx"', 'did you mean "npx"?')),
];

test('the report goes by topic, and ends with the problems and the first step', () => {
  assert.deepEqual(renderDoctor(mixed, view), [
    'holdfast 1.0.0 on Linux',
    '',
    'programs',
    'ok       Node  22.23.3, /usr/bin/node',
    '',
    'system',
    'unknown  job   not known without native code',
    '',
    'network',
    'warning  port  4653 is taken',
    '               → end it',
    '',
    'servers',
    'problem  web   cannot run: cannot find the command "npxx"',
    '               → did you mean "npx"?',
    '',
    'not on Linux: PATHEXT',
    '',
    '1 problem, 1 warning',
    'first: web: did you mean "npx"?',
  ]);
});

test('several problems are named before the first step', () => {
  const lines = renderDoctor([...mixed, of('servers', 'db', problem('cannot run', 'set it'))], view);
  assert.deepEqual(lines.slice(-3), ['2 problems, 1 warning', '    web, db', 'first: web: did you mean "npx"?']);
});

test('a path that is longer than the line is told whole', () => {
  const path = `/home/ada/${'folder/'.repeat(12)}holdfast`;
  const lines = renderDoctor([of('holdfast', 'state folder', ok(path))], { ...view, width: 60 });
  assert.ok(lines.join('').replaceAll(' ', '').includes(path));
});

test('where nothing is wrong it says so', () => {
  assert.equal(renderDoctor(mixed.slice(0, 2), view).at(-1), 'all is well');
});

test('no line is wider than the terminal, and no word is lost', () => {
  const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  const findings = [...mixed, of('servers', 'a-server-with-quite-a-long-name', problem(words, words))];
  for (const width of [40, 60, 120]) {
    const lines = renderDoctor(findings, { ...view, width });
    assert.ok(Math.max(...lines.map(widthOf)) <= width, `${width}`);
    for (const word of words.split(' ')) assert.ok(lines.join(' ').includes(word), `${word} at ${width}`);
  }
});

test('colours change no layout, and a server’s name cannot move the cursor', () => {
  const hostile = [...mixed, of('servers', '\u001b[2Jx\ny', warning('\u001b[1mbold', 'a\nb'))];
  const plain = renderDoctor(hostile, view);
  const coloured = renderDoctor(hostile, { ...view, theme: colourTheme });
  assert.deepEqual(coloured.map(stripVTControlCharacters), plain);
  assert.ok(plain.every(line => !line.includes('\u001b') && !line.includes('\n')));
});
