import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Home, renderHome } from '../../../src/cli/render/home.ts';
import { widthOf } from '../../../src/cli/render/text.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import type { ServerStatus } from '../../../src/supervisor/status.ts';
import { failed, statusOf } from '../status-of.ts';

const URL = 'http://127.0.0.1:4653/mcp';

type Manager = Home['managers'][number];

function managerWith(servers: readonly ServerStatus[], changes: Partial<Manager> = {}, facts: object = {}): Manager {
  const manager = { pid: 7, version: '1.0.0', uptimeMs: 61_000, url: URL, config: '/w/holdfast.json', ...facts };
  return {
    report: { manager, servers } as unknown as Manager['report'],
    isGuest: false,
    name: 'holdfast.json',
    dashboard: 'http://127.0.0.1:4653/#token=abc',
    command: words => `holdfast ${words}`,
    isHere: true,
    ...changes,
  };
}

const config = { file: 'holdfast.json', path: '/w/holdfast.json', servers: 2, issues: [] };
const view = (changes: Partial<Home>, width = 80) =>
  renderHome({ title: 'holdfast 1.0.0', config, managers: [], silent: [], now: 0, ...changes }, width, plainTheme);

test('a newcomer is told how to get a first configuration', () => {
  assert.deepEqual(view({ config: null }), [
    'holdfast 1.0.0  nothing is running',
    '',
    'there is no configuration yet',
    '',
    'next  holdfast import               take over the servers that your clients have',
    '      holdfast add NAME -- COMMAND  write the first one yourself',
    '      holdfast --help               everything else',
  ]);
});

test('a configuration that does not run is to be started', () => {
  assert.deepEqual(view({}), [
    'holdfast 1.0.0  nothing is running',
    '',
    'holdfast.json has 2 servers, and no manager runs it',
    '',
    'next  holdfast up     start its servers, and hold them until Ctrl-C',
    '      holdfast up -d  the same in the background',
  ]);
});

test('one with mistakes is told with the first of them, and is not to be started', () => {
  const issue = (line: number) => ({ file: 'holdfast.json', line, column: 3, key: 'a', message: 'unknown key' });
  const lines = view({ config: { ...config, issues: [1, 2, 3, 4].map(issue) } });
  assert.deepEqual(lines, [
    'holdfast 1.0.0  4 problems',
    '',
    '✗ holdfast.json has 4 mistakes',
    '    holdfast.json:1:3: a: unknown key',
    '    holdfast.json:2:3: a: unknown key',
    '    holdfast.json:3:3: a: unknown key',
    '    and 1 more',
    '',
    'next  holdfast config check  every mistake at its line',
    '      holdfast --help        everything else',
  ]);
});

test('where all is well it says so, with the way in; what rests or was stopped on purpose is no problem', () => {
  const servers = [
    statusOf('files'),
    statusOf('lazy', { desired: 'onDemand', state: 'stopped', health: 'unknown' }),
    statusOf('off', { desired: 'down', state: 'stopped', health: 'unknown' }),
  ];
  assert.deepEqual(view({ managers: [managerWith(servers)] }), [
    'holdfast 1.0.0  all is well',
    '',
    '● holdfast.json  2 of 2 servers ready, 1 stopped, up 1m 01s',
    '    endpoint   http://127.0.0.1:4653/mcp',
    '    dashboard  http://127.0.0.1:4653/#token=abc',
    '',
    'next  holdfast status --watch  every server, live',
    '      holdfast logs -f         what happens',
    '      holdfast --help          everything else',
  ]);
});

test('each server that is not well is told with why, what to do, and its last words', () => {
  const lines = view({
    managers: [
      managerWith([
        statusOf('files'),
        failed('broken'),
        statusOf('slow', { health: 'degraded', reason: 'calls take 4 s' }),
        statusOf('young', { state: 'starting', health: 'unknown' }),
      ]),
    ],
  });
  const text = lines.join('\n');
  assert.match(text, /^holdfast 1\.0\.0 {2}2 problems\n\n✗ holdfast\.json {2}2 of 4 servers ready, 1 starting, up/);
  assert.match(text, /\n\n✗ broken {2}failed\n {4}\S.*\n {4}do {2}\S/);
  assert.match(text, /\n\n◐ slow {2}degraded\n {4}calls take 4 s\n/);
  assert.ok(!text.includes('young'), 'it is on its way');
  assert.match(text, /\nnext {2}holdfast logs broken .*\n {6}holdfast restart broken .*\n {6}holdfast doctor/);
});

test('a screen is not filled by a hundred servers in trouble: the rest is counted', () => {
  const servers = Array.from({ length: 100 }, (_, index) => failed(`s${index}`));
  const lines = view({ managers: [managerWith(servers)] });
  assert.ok(lines.length < 60, String(lines.length));
  assert.ok(lines.includes('… and 95 more: holdfast status'));
});

test('settings that were not taken up are a problem, also where every server is ready', () => {
  const problems = [{ file: 'holdfast.json', line: 3, column: 5, key: 'mcpServers.a', message: 'expected an object' }];
  const pending = [{ server: 'files', reason: 'it exited before it was ready' }];
  const configuration = { file: 'holdfast.json', problems, pending, warnings: [], needsRestart: [] };
  const lines = view({ managers: [managerWith([statusOf('files')], {}, { configuration })] });
  assert.deepEqual(lines.slice(0, 8), [
    'holdfast 1.0.0  2 problems',
    '',
    '✗ holdfast.json  1 of 1 server ready, up 1m 01s',
    '    endpoint   http://127.0.0.1:4653/mcp',
    '    dashboard  http://127.0.0.1:4653/#token=abc',
    '    holdfast.json has mistakes, so what was read before goes on:',
    '      holdfast.json:3:5: mcpServers.a: expected an object',
    '    files: new settings do not count yet: it exited before it was ready',
  ]);
  assert.match(lines.join('\n'), /next {2}holdfast config check/);
});

test('mistakes that its manager tells of are told once, and servers in trouble keep their commands', () => {
  const issue = { file: 'holdfast.json', line: 3, column: 5, key: 'a', message: 'unknown key' };
  const configuration = { file: 'holdfast.json', problems: [issue], pending: [], warnings: [], needsRestart: [] };
  const managers = [managerWith([failed('broken')], {}, { configuration })];
  const text = view({ config: { ...config, issues: [issue] }, managers }).join('\n');
  assert.match(text, /^holdfast 1\.0\.0 {2}2 problems\n/);
  assert.equal(text.split('unknown key').length, 2);
  assert.match(text, /next {2}holdfast config check .*\n {6}holdfast logs broken .*\n {6}holdfast restart broken /);
});

test('other managers are named with how to reach them, and what runs here has the first word', () => {
  const other = managerWith([failed('broken')], {
    name: '/x/mcp.json',
    isHere: false,
    isGuest: true,
    command: words => `holdfast ${words} --config /x/mcp.json`,
  });
  const lines = view({ config: null, managers: [other], silent: [{ message: 'pid 9 is silent', hint: 'end it' }] });
  const text = lines.join('\n');
  assert.match(text, /^holdfast 1\.0\.0 {2}2 problems\n\n✗ pid 9 is silent\n {4}do {2}end it\n\n✗ \/x\/mcp\.json {2}/);
  assert.match(text, /in a\n? *"holdfast connect"/);
  assert.match(text, /next {2}holdfast logs broken --config \/x\/mcp\.json/);
  assert.match(text, /"holdfast start broken --config \/x\/mcp\.json"/);
  const well = { ...other, report: managerWith([statusOf('a')]).report };
  assert.match(view({ managers: [well] }).join('\n'), /no manager runs it\n\nnext {2}holdfast up /);
});

test('no line of ours is wider than the terminal, unless it is there to be copied', () => {
  for (const width of [40, 60, 100])
    for (const line of view({ managers: [managerWith([failed('broken'), statusOf('files')])] }, width))
      assert.ok(widthOf(line) <= width || /http:|holdfast (logs|restart)|"holdfast/.test(line), `${width}: ${line}`);
});
