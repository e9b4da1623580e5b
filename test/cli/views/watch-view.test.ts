import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../../../src/cli/render/text.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import type { Watched } from '../../../src/cli/status-watch.ts';
import { watchLines } from '../../../src/cli/views/watch-view.ts';
import { failed, statusOf } from '../status-of.ts';

const watched = (pid: number, servers = [statusOf('files'), failed('broken')]): Watched =>
  ({
    client: { holder: { isGuest: pid === 9 } },
    report: { manager: { version: '1.0.0', pid, uptimeMs: 1_000, url: `http://127.0.0.1:${pid}/mcp` }, servers },
  }) as unknown as Watched;

const event = { at: 0, tone: 'good', text: 'files ready' } as const;
const lines = (reports: readonly Watched[], trouble: string | null = null, size = { width: 79, height: 23 }) =>
  watchLines({ reports, trouble, events: [event], now: 0 }, size, plainTheme);

test('one manager has the whole screen, with what happened lately and how to end this', () => {
  const text = lines([watched(7)]).join('\n');
  assert.match(text, /^holdfast 1\.0\.0 \(pid 7\) {2}2 servers: 1 ready, 1 failed/);
  assert.match(text, /files ready\n\nCtrl-C ends this, and nothing else\nendpoint http:\/\/127\.0\.0\.1:7\/mcp$/);
});

test('several share it, and those that have no room are counted', () => {
  const two = lines([watched(7), watched(9)]).join('\n');
  assert.match(
    two,
    /\(pid 7\)[\s\S]*:7\/mcp\n\nholdfast 1\.0\.0 \(pid 9, in a "holdfast connect"\)[\s\S]*:9\/mcp\nCtrl-C ends this, and nothing else$/,
  );
  const many = lines(Array.from({ length: 30 }, (_, index) => watched(index + 10)));
  assert.match(many.at(-1) ?? '', /… and \d+ more managers/);
});

test('that nobody runs is said, and what keeps us from asking', () => {
  assert.deepEqual(lines([], 'the manager is there, but does not answer'), [
    'no manager is running; waiting for one ("holdfast up")',
    'the manager is there, but does not answer',
    'Ctrl-C ends this, and nothing else',
  ]);
});

test('no screen is higher than the terminal', () => {
  for (const height of [3, 5, 8, 12, 23, 50])
    for (const number of [0, 1, 2, 3, 12]) {
      const reports = Array.from({ length: number }, (_, index) => watched(index + 10));
      const all = lines(reports, null, { width: 79, height });
      assert.ok(rowsOf(all, 79) <= height, `${number} managers in ${height} lines:\n${all.join('\n')}`);
    }
});
