import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { StderrTeller } from '../../../src/cli/stdio/tell.ts';
import { redactSecrets } from '../../../src/errors/redact.ts';
import type { HoldfastEvent } from '../../../src/telemetry/events.ts';

const of = { at: 0, server: 'one', instance: 1, incarnation: 1 };
const fault = {
  category: 'process',
  code: 'PROCESS_EXITED',
  message: 'the server exited (hunter2-hunter2)',
  hint: 'look',
} as const;
const output = (stream: 'stderr' | 'stdout', line: string): HoldfastEvent => ({
  ...of,
  type: 'server.output',
  stream,
  line,
});

function told(...events: readonly HoldfastEvent[]): string {
  const stderr = new PassThrough();
  const teller = new StderrTeller(stderr, redactSecrets(['hunter2-hunter2']));
  for (const event of events) teller.listener(event);
  return String(stderr.read() ?? '');
}

test("a server's stderr goes on as it is, without secrets", () => {
  assert.equal(told(output('stderr', 'hello hunter2-hunter2'), output('stdout', 'noise')), 'hello [redacted]\n');
});

test('of several servers each line says whose it is', () => {
  const stderr = new PassThrough();
  const teller = new StderrTeller(stderr, text => text, true);
  teller.listener(output('stderr', 'hello'));
  teller.listener({ ...output('stderr', 'hello'), instance: 2 } as HoldfastEvent);
  assert.equal(String(stderr.read()), 'one: hello\none #2: hello\n');
});

test('our own words are marked, and tell only what has gone wrong', () => {
  const text = told(
    { ...of, type: 'server.stopped' },
    { ...of, type: 'server.down', fault, code: 1, signal: null },
    { ...of, type: 'server.backoff', attempt: 1, of: 3, delayMs: 0, fault },
    { ...of, type: 'server.failed', fault, nextTryMs: null },
  );
  assert.deepEqual(text.trimEnd().split('\n'), [
    'holdfast: one exited ([redacted])',
    'holdfast: one starts again now, attempt 1 of 3',
    'holdfast: one given up',
    'holdfast: look',
  ]);
});

test('of our own ping nothing is told, of a call that was rejected something is', () => {
  const finished = (method: string): HoldfastEvent => ({
    ...of,
    type: 'call.finished',
    method,
    tool: null,
    outcome: 'rejected',
    isError: true,
    tookMs: 1,
    replays: 0,
    code: 'CONNECTION_CLOSED',
  });
  assert.equal(told(finished('ping')), '');
  assert.match(told(finished('tools/list')), /^holdfast: one: tools\/list was rejected/);
});

test('what nobody reads is dropped beyond a megabyte', () => {
  const stderr = new PassThrough();
  const teller = new StderrTeller(stderr, text => text);
  for (let lines = 0; lines < 5_000; lines++) teller.listener(output('stderr', 'x'.repeat(1_000)));
  assert.ok(stderr.writableLength + stderr.readableLength < 1_200_000);
});
