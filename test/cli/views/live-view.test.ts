import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Cli } from '../../../src/cli/context.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { liveView } from '../../../src/cli/views/live-view.ts';
import { eventually } from '../../support/eventually.ts';
import { failed, statusOf } from '../status-of.ts';

/** A terminal of 80 × 24 that remembers what it was given. */
function terminal(): { cli: Cli; written: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const stdout = Object.assign(stream, { isTTY: true, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream;
  const cli: Cli = {
    options: { json: false },
    env: {},
    cwd: '.',
    stdin: process.stdin,
    stdout,
    stderr: stdout,
    theme: plainTheme,
  };
  return { cli, written: () => stripVTControlCharacters(text) };
}

const listening = { url: 'http://h:1/mcp', token: 't0ken', tokenFile: '/state/token', pid: 1, control: 'x' };

test('the live view draws when something happens, hides secrets, and ends with what is left', async () => {
  const { cli, written } = terminal();
  let servers = [statusOf('files')];
  const view = liveView(cli, {
    title: 'holdfast 1.0.0',
    status: () => servers,
    advice: () => 'kill -9 7',
    redact: text => text.replaceAll('secret', '[redacted]'),
  });
  view.opened(listening);
  assert.match(
    written(),
    /● files +ready[\s\S]*clients connect to http:\/\/h:1\/mcp\nwith the token t0ken\nopen http:\/\/h:1\/#token=t0ken\nkill -9 7\nCtrl-C stops everything/,
  );

  servers = [failed('weather', { lastError: { message: 'no secret', hint: '', stderrTail: [] } })];
  view.event({ at: 0, type: 'server.notice', server: 'weather', instance: 1, incarnation: 1, text: 'a secret' });
  await eventually(() => /no \[redacted\][\s\S]*weather: a \[redacted\]/.test(written()), { what: 'the second frame' });
  view.say('a line of the log');
  view.stopping();
  view.close([]);
  assert.match(written(), /a line of the log[\s\S]*stopping…[\s\S]*all servers are stopped, no process is left\n$/);
  assert.doesNotMatch(written(), /secret/);
});

test('a secret is taken out before the text is laid out: no line is too wide, and none is broken over two', async () => {
  const { cli, written } = terminal();
  const key = 'k'.repeat(20);
  const message = `${'the server said this and that '.repeat(2)} abcdefghij key ${key} and went away for good`;
  const view = liveView(cli, {
    title: 'holdfast 1.0.0',
    status: () => [failed('weather', { lastError: { message, hint: '', stderrTail: [] } })],
    redact: text => text.replaceAll(`key ${key}`, `key ${'[redacted] '.repeat(4)}`),
  });
  view.opened(listening);
  view.close([]);
  assert.match(written(), /redacted/);
  assert.doesNotMatch(written(), /kkkk/);
  for (const line of written().split(/\r?\n|\r/)) assert.ok(line.length < 80, line);
});
