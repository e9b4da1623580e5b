import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { redactSecrets } from '../../src/errors/redact.ts';
import type { Channel } from '../../src/telemetry/event-entries.ts';
import { EventHub } from '../../src/telemetry/event-hub.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';
import { createLogger, type LoggerOptions, logEvents, logLevels } from '../../src/telemetry/logger.ts';

function setUp(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (text: string) => lines.push(text) };
  const logger = createLogger({ level: 'info', json: true, destination, ...options });
  return { logger, lines, parsed: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) };
}

const of = { server: 'files', instance: 1, incarnation: 4 };
const fault = {
  category: 'process',
  code: 'PROCESS_EXITED',
  message: 'the server exited unexpectedly (exit code 1)',
  hint: 'read its last stderr lines',
  stderrTail: ['one', 'two', 'three', 'the last \u001b[31mwords'],
} as const;

test('a JSON line has time, level, message and fields', () => {
  const { logger, lines, parsed } = setUp();
  logger.warn({ server: 'files' }, 'odd');
  const [line] = parsed();
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual({ ...line, time: '' }, { level: 'warn', time: '', pid: process.pid, server: 'files', msg: 'odd' });
  assert.ok(lines[0]?.endsWith('\n'));
});

test('each level writes itself and what is graver', () => {
  for (const level of logLevels) {
    const { logger, parsed } = setUp({ level });
    for (const each of ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const) logger[each]('x');
    assert.deepEqual(
      parsed().map(line => line.level),
      logLevels.slice(1, logLevels.indexOf(level) + 1),
    );
  }
});

test('a line for people is one line, and cannot steer the terminal', () => {
  const { logger, lines } = setUp({ json: false });
  logger.info({ server: 'files' }, 'says\nthis \u001b[2J and that');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d info {2}files: says this {1,2}\[2J and that\n$/);
});

test('secrets do not reach the log: neither in the message, nor in fields, nor in errors', () => {
  for (const json of [true, false]) {
    const { logger, lines } = setUp({ json, redact: redactSecrets(['hunter2hunter2']) });
    logger.info('hunter2hunter2');
    logger.info({ command: ['x', '--key=hunter2hunter2'], deep: { er: 'hunter2hunter2' } }, 'started');
    logger.error(new Error('bad password hunter2hunter2'));
    logger.error({ err: new Error('hunter2hunter2', { cause: 'x' }) }, 'failed');
    logger.error({ err: new HoldfastError('CONNECTION_LOST', { details: { why: 'hunter2hunter2' } }) }, 'lost');
    logger.info('%s', 'hunter2hunter2');
    assert.equal(lines.length, 6);
    assert.doesNotMatch(lines.join(''), /hunter2/);
    assert.match(lines.join(''), /\[redacted\]/);
  }
});

test('a redacted JSON line is still JSON', () => {
  const { logger, parsed } = setUp();
  logger.info({ header: 'Authorization: Bearer abcdefgh12345678', after: 1 }, 'Cookie: a=b');
  assert.equal(parsed()[0]?.after, 1);
});

test('an event is a line with channel, server and incarnation, until the log is taken off', () => {
  const { logger, parsed } = setUp();
  const hub = new EventHub(() => 1);
  const off = logEvents(listener => hub.subscribe(listener), logger);
  hub.emit({ type: 'server.stopped', ...of });
  off();
  hub.emit({ type: 'server.stopped', ...of });
  const lines = parsed();
  assert.equal(lines.length, 1);
  const expected = {
    channel: 'lifecycle',
    type: 'server.stopped',
    ...of,
    level: 'info',
    msg: 'stopped',
    pid: process.pid,
  };
  assert.deepEqual({ ...lines[0], time: undefined }, { ...expected, time: undefined });
});

test('a failure comes with code, what to do and the last words', () => {
  const { logger, parsed } = setUp();
  const hub = new EventHub(() => 1);
  logEvents(listener => hub.subscribe(listener), logger);
  hub.emit({ type: 'server.down', ...of, fault, code: 1, signal: null });
  hub.emit({ type: 'server.failed', ...of, fault, nextTryMs: 300_000 });
  const { category, code, hint, stderrTail, message } = fault;
  for (const [at, level] of [
    [0, 'warn'],
    [1, 'error'],
  ] as const) {
    const line = parsed()[at];
    assert.deepEqual(
      [line?.level, line?.category, line?.code, line?.hint, line?.stderrTail],
      [level, category, code, hint, stderrTail],
    );
    assert.ok(String(line?.msg).includes(message));
  }
});

test('a failure for people ends with what to do and the last three lines', () => {
  const { logger, lines } = setUp({ json: false });
  const hub = new EventHub(() => 1);
  logEvents(listener => hub.subscribe(listener), logger);
  hub.emit({ type: 'server.down', ...of, fault, code: 1, signal: null });
  const rest = lines.join('').slice('00:00:00 '.length);
  assert.equal(
    rest,
    'warn  files: went down: the server exited unexpectedly (exit code 1) [PROCESS_EXITED]; read its last stderr lines | two | three | the last  [31mwords\n',
  );
});

test('a code that the message has already is not told twice', () => {
  const { logger, lines } = setUp({ json: false });
  const hub = new EventHub(() => 1);
  logEvents(listener => hub.subscribe(listener), logger);
  const found = { addresses: [], code: 'ECONNREFUSED', coldMs: 2, warmMs: null };
  hub.emit({ type: 'network.lookup', host: 'localhost:8080', ...found });
  assert.match(lines.join(''), /^\S+ warn {2}dns: localhost:8080: ECONNREFUSED \(2 ms\)\n$/);
});

test('the secrets of the configuration are taken out of events', () => {
  const { logger, lines } = setUp({ level: 'debug' });
  const hub = new EventHub(() => 1);
  logEvents(listener => hub.subscribe(listener), logger, redactSecrets(['hunter2hunter2']));
  hub.emit({ type: 'server.output', ...of, stream: 'stderr', line: 'my key is hunter2hunter2' });
  hub.emit({ type: 'server.starting', ...of, attempt: 1, command: ['node', 'hunter2hunter2'], launch: 'direct' });
  assert.equal(lines.length, 2);
  assert.doesNotMatch(lines.join(''), /hunter2/);
});

test('answered calls are written only to who asks for the protocol, failed ones to everybody', () => {
  const finished = {
    type: 'call.finished',
    ...of,
    method: 'tools/call',
    tool: 'echo',
    isError: false,
    tookMs: 3.2,
    replays: 0,
  } as const;
  const events: NewEvent[] = [
    { ...finished, outcome: 'answered', code: null },
    { ...finished, outcome: 'rejected', code: 'CONNECTION_LOST' },
  ];
  const logged = (channels?: ReadonlySet<Channel>) => {
    const { logger, parsed } = setUp();
    const hub = new EventHub(() => 1);
    logEvents(listener => hub.subscribe(listener), logger, undefined, channels);
    for (const event of events) hub.emit(event);
    return parsed().map(({ level, msg }) => `${level} ${msg}`);
  };
  assert.deepEqual(logged(), ['warn echo rejected after 3 ms']);
  assert.deepEqual(logged(new Set<Channel>(['protocol'])), ['info echo answered after 3 ms']);
});
