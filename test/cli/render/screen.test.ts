import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderScreen, type Screen, summary } from '../../../src/cli/render/screen.ts';
import { rowsOf, widthOf } from '../../../src/cli/render/text.ts';
import { colourTheme, plainTheme } from '../../../src/cli/render/theme.ts';
import { timeOfDay } from '../../../src/cli/render/units.ts';
import { failed, statusOf, withOthers } from '../status-of.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const at = timeOfDay(NOW);

/** What there is in a terminal of 40 columns and so many rows. */
const size = (rows: number) => ({ width: 39, height: rows - 1 });

const screen = (changes: Partial<Screen> = {}): Screen => ({
  title: 'holdfast 1.0.0',
  uptimeMs: 131_000,
  servers: [statusOf('files'), failed('weather', { nextTryAt: new Date(NOW + 290_000).toISOString() })],
  events: [{ at: NOW, tone: 'good', text: 'files ready in 0.3 s, 14 tools, pid 41233' }],
  footer: ['Ctrl-C stops everything'],
  now: NOW,
  ...changes,
});

test('the screen at 80 columns shows rows, causes, advice, last words and what happened', () => {
  assert.deepEqual(renderScreen(screen(), { width: 79, height: 23 }, plainTheme), [
    'holdfast 1.0.0  2 servers: 1 ready, 1 failed                          up 2m 11s',
    '',
    '  server    state     health        pid  tools  latency  restarts      up',
    '● files     ready     healthy     41233     14     3 ms         0  2m 10s',
    '✗ weather   failed    unhealthy       –      –        –         3       –',
    '    the server misses a module: left-pad',
    '    do  install its dependencies where it stands (npm install, pip install, uv',
    '        sync), or correct the script in "args"',
    '    │ starting',
    '    │ Error: Cannot find module left-pad',
    '    tried again in 4m 50s, at once with "holdfast start weather"',
    '',
    `${at}  files ready in 0.3 s, 14 tools, pid 41233`,
    '',
    'Ctrl-C stops everything',
  ]);
});

test('a server that rests says so', () => {
  const reason = 'resting (idle for 10 min)';
  const resting = { state: 'stopped', health: 'unknown', pid: null, uptimeMs: null, reason } as const;
  const lines = (desired: 'onDemand' | 'down') => {
    const servers = [statusOf('files', { ...resting, desired })];
    return renderScreen(screen({ servers, events: [] }), { width: 79, height: 23 }, plainTheme);
  };
  assert.equal(lines('onDemand')[4], `    ${reason}`);
  assert.ok(!lines('down').join().includes('resting'));
});

test('a server that waits says why, and when it starts again', () => {
  const files = statusOf('files', {
    state: 'backoff',
    health: 'unhealthy',
    pid: null,
    uptimeMs: null,
    attempt: { number: 2, of: 4 },
    nextTryAt: new Date(NOW + 1_000).toISOString(),
    lastError: { message: 'the server exited unexpectedly (signal SIGKILL)' },
  });
  const lines = renderScreen(screen({ servers: [files], events: [] }), { width: 79, height: 23 }, plainTheme);
  assert.deepEqual(lines.slice(3, 6), [
    '◌ files     backoff   unhealthy       –     14     3 ms         0       –',
    '    the server exited unexpectedly (signal SIGKILL); starting again in 1.0 s,',
    '    attempt 2 of 4',
  ]);
});

test('a degraded server says why', () => {
  const files = statusOf('files', { health: 'degraded', reason: 'tools are missing: read_file' });
  const lines = renderScreen(screen({ servers: [files] }), { width: 79, height: 23 }, plainTheme);
  assert.deepEqual(lines.slice(3, 5), [
    '◐ files     ready     degraded    41233     14     3 ms         0  2m 10s',
    '    tools are missing: read_file',
  ]);
});

test('a narrow terminal keeps server, state, health and pid', () => {
  const lines = renderScreen(screen({ events: [] }), { width: 41, height: 8 }, plainTheme);
  assert.deepEqual(lines.slice(1, 4), [
    '  server    state     health        pid',
    '● files     ready     healthy     41233',
    '✗ weather   failed    unhealthy       –',
  ]);
});

test('further processes of a server stand below its row, which has the worst health of all', () => {
  const files = withOthers(statusOf('files'), {}, {}, {}, {}, { health: 'suspect', reason: 'silent for 5 s' });
  const show = (height: number) => renderScreen(screen({ servers: [files] }), { width: 39, height }, plainTheme);
  assert.deepEqual(show(30).slice(2, 9), [
    '  server    state     health        pid',
    '◐ files     ready     suspect     41233',
    '    #2 ready, healthy, pid 41233, up 2…',
    '    #3 ready, healthy, pid 41233, up 2…',
    '    #4 ready, healthy, pid 41233, up 2…',
    '    #6 ready, suspect, pid 41233, up 2…',
    '    and 1 more',
  ]);
  assert.ok(!show(Infinity).join().includes('more'), 'a page without end has them all');
});

test('where title and counts have no room the counts stay, and on a page without end both', () => {
  const title = 'holdfast 1.0.0 (pid 12345)';
  const show = (height: number) => renderScreen(screen({ title, events: [] }), { width: 39, height }, plainTheme);
  assert.equal(show(9)[0], '2 servers: 1 ready, 1 failed');
  assert.deepEqual(show(Infinity).slice(0, 2), [title, '2 servers: 1 ready, 1 failed']);
});

test('on a page without end no advice is cut off', () => {
  const hint = `${'say the word '.repeat(20)}holdfast doctor`;
  const servers = [failed('weather', { lastError: { message: 'no', hint, stderrTail: [] } })];
  const show = (height: number) =>
    renderScreen(screen({ servers, events: [] }), { width: 39, height }, plainTheme)
      .join(' ')
      .replace(/\s+/g, ' ');
  assert.ok(show(Infinity).includes('the word holdfast doctor'));
  assert.ok(!show(30).includes('holdfast doctor'), 'a screen is for all servers');
  assert.match(show(Infinity), /at once with "holdfast start weather"/);
});

test('24 rows show why each of three servers has failed and what to do, before their last words and what happened', () => {
  const servers = [statusOf('files'), statusOf('memory'), failed('one'), failed('two'), failed('three')];
  const event = { at: NOW, tone: 'bad', text: 'one failed' } as const;
  const changes = { servers, events: [event, event, event, event], footer };
  const lines = renderScreen(screen(changes), { width: 79, height: 23 }, plainTheme);
  assert.ok(lines.length <= 23);
  assert.equal(lines.filter(line => line.includes('the server misses a module')).length, 3);
  assert.equal(lines.filter(line => line.startsWith('    do  install its')).length, 3);
  assert.ok(!lines.join().includes('│'), 'last words are the first to go');
});

test('where rows have no room, servers in trouble come first and the others are counted', () => {
  const servers = [...Array.from({ length: 9 }, (_, index) => statusOf(`s${index}`)), failed('weather')];
  const lines = renderScreen(screen({ servers, events: [] }), { width: 79, height: 9 }, plainTheme);
  assert.deepEqual(
    lines.slice(1, -1).map(line => line.slice(0, 11).trimEnd()),
    ['  server', '✗ weather', '● s0', '● s1', '● s2', '● s3', '  … and 5 m'],
  );
});

const url = 'http://127.0.0.1:4653/mcp';
const token = 'k'.repeat(43);
const footer = [`clients connect to ${url}`, `with the token ${token}`, 'Ctrl-C stops everything'];

test('in 40 columns an address and a token stand whole, each on a line of its own', () => {
  const lines = renderScreen(screen({ servers: [statusOf('files')], events: [], footer }), size(24), plainTheme);
  assert.deepEqual(lines.slice(-5), ['clients connect to', url, 'with the token', token, 'Ctrl-C stops everything']);
});

test('in 40 columns and 8 rows the table and the address are what is left', () => {
  const servers = [statusOf('a'), statusOf('b'), statusOf('c')];
  assert.deepEqual(
    renderScreen(screen({ servers, footer }), size(8), plainTheme).map(line => line.split('  ')[0]),
    ['holdfast 1.0.0', '', '● a', '● b', '● c', 'clients connect to', url],
  );
});

test('a remote server has its whole address below it, or none', () => {
  const remote = statusOf('far', { pid: null, url: `https://mcp.example.com/${'x'.repeat(40)}/mcp` });
  const others = [failed('weather'), failed('wind')];
  const shown = (rows: number) =>
    renderScreen(screen({ servers: [remote, ...others], events: [] }), size(rows), plainTheme)
      .filter(line => line.includes('https:'))
      .map(line => line.trim());
  assert.deepEqual(shown(40), [remote.url]);
  assert.deepEqual(shown(8), []);
  for (let rows = 9; rows < 40; rows++) assert.ok(shown(rows).every(line => line === remote.url));
});

test('no line is wider and no screen higher than the terminal, whatever servers and events say', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 200 });
  const server = fc
    .tuple(fc.boolean(), words, words, fc.array(words, { maxLength: 4 }))
    .map(([isWell, name, message, stderrTail]) =>
      isWell
        ? withOthers(statusOf(name, { health: 'degraded', reason: message }), {}, { reason: message }, {}, {}, {}, {})
        : failed(name, { lastError: { message, hint: message, stderrTail } }),
    );
  const events = fc.array(
    words.map(text => ({ at: NOW, tone: 'warn' as const, text })),
    { maxLength: 5 },
  );
  const cases = fc.tuple(
    fc.array(server, { maxLength: 5 }),
    events,
    fc.integer({ min: 24, max: 140 }),
    fc.integer({ min: 3, max: 40 }),
    fc.constantFrom([], footer),
  );
  fc.assert(
    fc.property(cases, ([servers, events, width, height, bottom]) => {
      const all = renderScreen(screen({ servers, events, footer: bottom }), { width, height }, plainTheme);
      assert.ok(rowsOf(all, width) <= height, `${rowsOf(all, width)} rows of ${height}`);
      // An address that is wider than the terminal is broken by it.
      const lines = all.filter(line => line !== url && line !== token);
      for (const line of lines) assert.ok(widthOf(line) <= width, `${widthOf(line)} > ${width}: ${line}`);
    }),
    { numRuns: 100 },
  );
});

test('colours change nothing but colours', () => {
  const size = { width: 79, height: 23 };
  const coloured = renderScreen(screen(), size, colourTheme);
  assert.deepEqual(coloured.map(widthOf), renderScreen(screen(), size, plainTheme).map(widthOf));
  assert.notDeepEqual(coloured, renderScreen(screen(), size, plainTheme));
});

test('the summary counts the states', () => {
  assert.equal(summary([statusOf('a'), statusOf('b'), failed('c')]), '2 ready, 1 failed');
});
