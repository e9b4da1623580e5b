import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLine, formatEventLine } from '../../../src/cli/render/event-line.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { timeOfDay } from '../../../src/cli/render/units.ts';
import type { Fault, HoldfastEvent, NewEvent } from '../../../src/telemetry/events.ts';

const of = { server: 'files', instance: 1, incarnation: 1 } as const;
const fault: Fault = {
  category: 'process',
  code: 'PROCESS_EXITED',
  message: 'the server exited unexpectedly (signal SIGKILL)',
  hint: '',
};
const missing: Fault = { ...fault, message: 'cannot find the command "nix"' };
const check = {
  verdict: 'healthy',
  pingMs: 1,
  listMs: 1,
  rssBytes: null,
  p50: 1,
  p95: 1,
  errorRate: 0,
  cpuPercent: null,
  restarts: 0,
} as const;
const call = { method: 'tools/call', tool: 'echo', isError: false, tookMs: 1200, replays: 0 } as const;

const cases: readonly (readonly [NewEvent, string | null])[] = [
  [{ type: 'server.starting', ...of, attempt: 1, command: ['node'], launch: 'as-written' }, 'files starting'],
  [
    { type: 'server.ready', ...of, pid: 7, readyMs: 312, tools: 1, protocolVersion: '', container: 'group swept' },
    'files ready in 312 ms, 1 tool, pid 7',
  ],
  [
    { type: 'server.ready', ...of, pid: null, readyMs: 40, tools: 3, protocolVersion: '', container: '' },
    'files ready in 40 ms, 3 tools',
  ],
  [
    {
      type: 'server.ready',
      ...of,
      incarnation: 2,
      pid: 8,
      readyMs: 1_234,
      tools: 14,
      protocolVersion: '',
      container: 'group swept',
    },
    'files ready again in 1.2 s, 14 tools, pid 8',
  ],
  [{ type: 'server.down', ...of, fault, code: null, signal: 'SIGKILL' }, 'files exited unexpectedly (signal SIGKILL)'],
  [{ type: 'server.down', ...of, fault: missing, code: null, signal: null }, 'files: cannot find the command "nix"'],
  [
    { type: 'server.backoff', ...of, attempt: 2, of: 4, delayMs: 1_000, fault },
    'files starts again in 1.0 s, attempt 2 of 4',
  ],
  [{ type: 'server.failed', ...of, fault: missing, nextTryMs: 300_000 }, 'files given up for now, next try in 5m 00s'],
  [{ type: 'server.stopping', ...of, reason: 'rest' }, 'files stopping'],
  [{ type: 'server.stopping', ...of, reason: 'relaunch' }, 'files restarting'],
  [{ type: 'server.stopping', ...of, reason: 'client' }, 'files starting again for a client with other capabilities'],
  [{ type: 'server.stopping', ...of, instance: 2, reason: 'rest' }, 'files #2 stopping'],
  [{ type: 'server.stopping', ...of, reason: 'idle' }, 'files going to rest, since nobody needs it'],
  [{ type: 'server.stopping', ...of, reason: 'maxAge' }, 'files restarting, since it is older than maxAgeMs'],
  [{ type: 'server.stopped', ...of }, 'files stopped'],
  [{ type: 'server.cleaned', ...of, survivors: [], tookMs: 1 }, null],
  [{ type: 'server.cleaned', ...of, survivors: [1, 2], tookMs: 1 }, 'files: could not be ended: pid 1, 2'],
  [{ type: 'session.closed', ...of, held: 2, replayed: 0, rejected: 1 }, 'files calls under way: 2 held, 1 rejected'],
  [
    { type: 'catalogue.changed', ...of, kind: 'tools', added: ['e'], removed: ['a', 'b', 'c', 'd'], changed: [] },
    'files tools gone: a, b, c and 1 more; new: e',
  ],
  [{ type: 'catalogue.changed', ...of, kind: 'tools', added: ['a'], removed: [], changed: [] }, null],
  [
    { type: 'health.changed', ...of, from: 'healthy', to: 'suspect', category: 'connection', reason: 'silent for 5 s' },
    'files suspect: silent for 5 s',
  ],
  [
    { type: 'health.changed', ...of, from: 'suspect', to: 'healthy', category: null, reason: null },
    'files healthy again',
  ],
  [{ type: 'health.changed', ...of, from: 'unknown', to: 'healthy', category: null, reason: null }, null],
  [{ type: 'health.checked', ...of, ...check }, null],
  [{ type: 'call.finished', ...of, ...call, outcome: 'answered', code: null }, null],
  [
    { type: 'call.finished', ...of, ...call, outcome: 'timedOut', code: 'TOOL_CALL_TIMEOUT' },
    'files: echo timed out after 1.2 s (TOOL_CALL_TIMEOUT)',
  ],
  [{ type: 'server.output', ...of, stream: 'stderr', line: 'noise' }, null],
  [{ type: 'network.lookup', host: 'a.test', addresses: ['10.0.0.1'], code: null, coldMs: 1, warmMs: 1 }, null],
  [
    { type: 'network.lookup', host: 'a.test', addresses: [], code: 'ETIMEDOUT', coldMs: 2_000, warmMs: null },
    'a.test could not be looked up (ETIMEDOUT), 2.0 s',
  ],
  [
    { type: 'network.lookup', host: 'localhost:1', addresses: [], code: 'ECONNREFUSED', coldMs: 1, warmMs: null },
    'nothing answers at localhost:1',
  ],
  [{ type: 'network.operation', ...of, area: 'http', line: 'x', omitted: 0 }, null],
  [{ type: 'network.sockets', ...of, open: 1, closeWait: 0, listening: 0, isLeak: false }, null],
  [
    { type: 'network.sockets', ...of, open: 30, closeWait: 20, listening: 0, isLeak: true },
    'files does not close its connections: 20 in CLOSE_WAIT',
  ],
  [
    { type: 'network.ports', used: 95, of: 100, timeWait: 90, verdict: 'alarm' },
    '95 of 100 ports for outgoing connections are in use',
  ],
  [{ type: 'network.notice', text: 'all is well', isWarning: false }, null],
  [{ type: 'network.notice', text: 'Winsock does not start', isWarning: true }, 'Winsock does not start'],
  [{ type: 'server.notice', ...of, text: 'a \u001b[31mred\u001b[0m\nnotice' }, 'files: a red notice'],
  [{ type: 'manager.resumed', pausedMs: 60_000 }, 'the machine slept, or its clock jumped, by 1m 00s'],
  [{ type: 'manager.stopped', survivors: [] }, null],
];

for (const [event, expected] of cases) {
  test(`${event.type} reads ${expected === null ? 'as nothing' : `"${expected}"`}`, () => {
    assert.equal(eventLine({ at: 0, ...event } as HoldfastEvent)?.text ?? null, expected);
  });
}

test('a long line goes on in a second one, below its words', () => {
  const line = {
    at: 0,
    tone: 'warn',
    text: 'files exited (SIGKILL), starting again in 1.0 s, attempt 2 of 4',
  } as const;
  assert.deepEqual(formatEventLine(line, 40, plainTheme), [
    `${timeOfDay(0)}  files exited (SIGKILL),`,
    '          starting again in 1.0 s, atte…',
  ]);
});
