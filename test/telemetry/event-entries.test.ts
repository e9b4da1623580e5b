import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOf } from '../../src/telemetry/event-entries.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';

const of = { server: 'files', instance: 1, incarnation: 1 };
const fault = { category: 'process', code: 'PROCESS_EXITED', message: 'it exited', hint: 'look' } as const;
const closed = { type: 'session.closed', ...of, held: 1, replayed: 2 } as const;
const health = { type: 'health.changed', ...of, category: null } as const;

/** One of each, and what stands in the log for it. */
const entries: readonly (readonly [NewEvent, string])[] = [
  [
    { type: 'server.starting', ...of, attempt: 2, command: ['x'], launch: 'direct' },
    'lifecycle info starting, attempt 2',
  ],
  [
    {
      type: 'server.ready',
      ...of,
      pid: 7,
      readyMs: 90,
      tools: 3,
      protocolVersion: '2025-11-25',
      container: 'group swept',
    },
    'lifecycle info ready after 90 ms: pid 7, 3 tools',
  ],
  [
    { type: 'server.ready', ...of, pid: null, readyMs: 9, tools: 3, protocolVersion: '2025-11-25', container: '' },
    'lifecycle info ready after 9 ms: 3 tools',
  ],
  [{ type: 'server.down', ...of, fault, code: 1, signal: null }, 'error warn went down: it exited'],
  [{ type: 'server.failed', ...of, fault, nextTryMs: null }, 'error error failed: it exited'],
  [{ type: 'server.failed', ...of, fault, nextTryMs: 300_000 }, 'error error failed, next try in 300.0 s: it exited'],
  [
    { type: 'server.backoff', ...of, attempt: 2, of: 4, delayMs: 1_040, fault },
    'lifecycle info starting again in 1.0 s, attempt 2 of 4',
  ],
  [{ type: 'server.stopping', ...of, reason: 'stopped' }, 'lifecycle info stopping'],
  [{ type: 'server.cleaned', ...of, survivors: [], tookMs: 12 }, 'lifecycle debug cleaned up in 12 ms'],
  [{ type: 'server.cleaned', ...of, survivors: [8, 9], tookMs: 12 }, 'error error processes are still there: 8, 9'],
  [{ type: 'server.stopped', ...of }, 'lifecycle info stopped'],
  [{ ...closed, rejected: 0 }, 'lifecycle info calls under way: 1 wait, 2 are to be repeated, 0 were rejected'],
  [{ ...closed, rejected: 3 }, 'lifecycle warn calls under way: 1 wait, 2 are to be repeated, 3 were rejected'],
  [
    { type: 'session.restored', ...of, sent: 3, replayed: 2 },
    'lifecycle info session restored: 3 calls sent, 2 of them again',
  ],
  [
    { type: 'catalogue.changed', ...of, kind: 'tools', added: ['a'], removed: [], changed: ['b', 'c'] },
    'lifecycle info its tools changed: 1 new, 0 gone, 2 different',
  ],
  [{ ...health, from: 'healthy', to: 'suspect', reason: 'no answer' }, 'error warn suspect, was healthy: no answer'],
  [{ ...health, from: 'suspect', to: 'healthy', reason: null }, 'lifecycle info healthy, was suspect'],
  [
    {
      type: 'health.checked',
      ...of,
      verdict: 'healthy',
      pingMs: 1.4,
      listMs: 3,
      rssBytes: null,
      p50: 1,
      cpuPercent: null,
      p95: 20,
      errorRate: 0,
      restarts: 0,
    },
    'performance info checked: healthy, ping 1 ms, p50 1 ms, p95 20 ms, errors 0 %, 0 restarts',
  ],
  [
    {
      type: 'health.checked',
      ...of,
      verdict: 'degraded',
      pingMs: null,
      listMs: null,
      rssBytes: 45 * 1024 * 1024,
      cpuPercent: 0.4,
      p50: null,
      p95: null,
      errorRate: 0.055,
      restarts: 2,
    },
    'performance info checked: degraded, errors 6 %, 45 MB, cpu 0.4 %, 2 restarts',
  ],
  [
    { type: 'logs.degraded', folder: '/x', reason: 'the disk is full (ENOSPC)' },
    'error error the log files cannot be written: the disk is full (ENOSPC)',
  ],
  [
    { type: 'logs.recovered', folder: '/x', droppedLines: 3 },
    'lifecycle warn the log files are written again, 3 lines are missing',
  ],
  [{ type: 'server.output', ...of, stream: 'stderr', line: 'hello' }, 'debug debug stderr: hello'],
  [{ type: 'server.notice', ...of, text: 'dropped a message' }, 'debug info dropped a message'],
  [
    { type: 'network.lookup', host: 'a.test', addresses: ['10.0.0.1', '::1'], code: null, coldMs: 12.5, warmMs: 0.3 },
    'network info dns: a.test: 10.0.0.1, ::1 (12.5 ms, again 0.3 ms)',
  ],
  [
    { type: 'network.lookup', host: 'a.test', addresses: [], code: 'ENOTFOUND', coldMs: 12, warmMs: null },
    'network warn dns: a.test: ENOTFOUND (12 ms)',
  ],
  [{ type: 'network.operation', ...of, area: 'http', line: 'x', omitted: 0 }, 'network info http: x'],
  [
    { type: 'network.operation', ...of, area: 'http', line: 'x', omitted: 7 },
    'network info http: x (7 lines before it were left out)',
  ],
  [
    { type: 'network.sockets', ...of, open: 3, closeWait: 1, listening: 0, isLeak: false },
    'network debug sockets: 3 connections, 1 of them in CLOSE_WAIT, 0 listening',
  ],
  [
    { type: 'network.sockets', ...of, open: 30, closeWait: 20, listening: 0, isLeak: true },
    'network warn does not close its connections: 30 connections, 20 of them in CLOSE_WAIT, 0 listening',
  ],
  [
    { type: 'network.ports', used: 95, of: 100, timeWait: 90, verdict: 'alarm' },
    'network error 95 of 100 ports for outgoing connections are in use, 90 connections in TIME_WAIT',
  ],
  [
    { type: 'network.ports', used: 75, of: 100, timeWait: 0, verdict: 'warning' },
    'network warn 75 of 100 ports for outgoing connections are in use, 0 connections in TIME_WAIT',
  ],
  [{ type: 'network.notice', text: 'x', isWarning: false }, 'network info x'],
  [{ type: 'network.notice', text: 'x', isWarning: true }, 'network warn x'],
  [{ type: 'manager.resumed', pausedMs: 60_000 }, 'lifecycle info the machine slept for 60.0 s'],
  [
    {
      type: 'manager.swept',
      found: [
        { server: 'files', pids: [4, 5], survivors: [], containers: [] },
        { server: 'web', pids: [], survivors: [], containers: ['3f4e'.repeat(16)] },
        { server: '', pids: [6], survivors: [], containers: [] },
      ],
    },
    'lifecycle warn ended what an earlier run had left: files (pid 4, 5), web (container 3f4e3f4e3f4e), pid 6',
  ],
  [{ type: 'manager.stopped', survivors: [] }, 'lifecycle info all servers are stopped'],
  [{ type: 'manager.stopped', survivors: [5] }, 'error error processes are still there: 5'],
];
for (const [event, expected] of entries) {
  test(`the log of ${event.type} is: ${expected}`, () => {
    const { channel, level, text } = entryOf({ at: 1, ...event });
    assert.equal(`${channel} ${level} ${text}`, expected);
  });
}
