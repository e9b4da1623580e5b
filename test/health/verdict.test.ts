import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthFacts } from '../../src/health/verdict.ts';
import { judge } from '../../src/health/verdict.ts';

const WELL: HealthFacts = {
  state: 'ready',
  fault: null,
  suspicion: null,
  silentMs: 1_000,
  staleAfterMs: 704_000,
  missingTools: [],
  listSilentMs: null,
  nearLimits: [],
  latency: { count: 100, p50: 1, p95: 2, p99: 3, errorRate: 0 },
  latencyBudgetMs: 2_000,
  errorRate: 0.2,
};
const HEALTHY = { health: 'healthy', category: null, reason: null };

const given = (facts: Partial<HealthFacts>) => judge({ ...WELL, ...facts });
const latency = (change: Partial<HealthFacts['latency']>) => ({ latency: { ...WELL.latency, ...change } });

test('a server that answers all it is asked is healthy', () => {
  assert.deepEqual(given({}), HEALTHY);
});

test('a server that is ready and was not probed yet is healthy: it answered initialize', () => {
  assert.deepEqual(given(latency({ count: 0, p50: null, p95: null, p99: null })), HEALTHY);
});

test('what does not run, or not yet, or no longer, is unknown', () => {
  for (const state of ['stopped', 'starting', 'stopping'] as const) {
    assert.deepEqual(given({ state }), { health: 'unknown', category: null, reason: `the server is ${state}` });
  }
});

test('what failed is unhealthy, with the category and message of its fault', () => {
  const fault = { category: 'network', message: 'cannot resolve example.com' } as const;
  for (const state of ['backoff', 'failed'] as const) {
    assert.deepEqual(given({ state, fault }), { health: 'unhealthy', category: 'network', reason: fault.message });
    assert.deepEqual(given({ state }), { health: 'unhealthy', category: 'process', reason: 'the server is down' });
  }
});

test('a suspect is suspect, whatever else is wrong', () => {
  const verdict = given({ suspicion: 'no answer to 1 probe in 10 s', missingTools: ['a'], silentMs: 1e9 });
  assert.deepEqual(verdict, { health: 'suspect', category: 'connection', reason: 'no answer to 1 probe in 10 s' });
});

test('a server not heard for longer than checks allow is unknown, not healthy', () => {
  const verdict = given({ silentMs: 704_001 });
  assert.deepEqual(verdict, {
    health: 'unknown',
    category: null,
    reason: 'not heard for 704 s, and its check is overdue',
  });
  assert.deepEqual(given({ silentMs: 704_000 }), HEALTHY);
});

test('where checks are off a silence proves nothing', () => {
  assert.deepEqual(given({ silentMs: 1e9, staleAfterMs: null }), HEALTHY);
});

test('missing tools degrade a server, and the first five are named', () => {
  const verdict = given({ missingTools: [...'abcdefg'] });
  assert.deepEqual(verdict, {
    health: 'degraded',
    category: 'tool',
    reason: 'tools are missing: a, b, c, d, e and 2 more',
  });
});

test('a slow server is degraded when its p95 is over the budget', () => {
  const verdict = given(latency({ p95: 2_000.6 }));
  assert.deepEqual(verdict, {
    health: 'degraded',
    category: 'tool',
    reason: 'slow: p95 is 2001 ms, the budget is 2000 ms',
  });
  assert.deepEqual(given(latency({ p95: 2_000 })), HEALTHY);
  assert.deepEqual(given({ ...latency({ p95: 1e6 }), latencyBudgetMs: 0 }), HEALTHY);
});

test('a server that is near a limit is degraded for want of resources', () => {
  const memory = { name: 'memory', used: 52, limit: 60 } as const;
  const cpu = { name: 'cpu', used: 95, limit: 100 } as const;
  assert.deepEqual(given({ nearLimits: [memory, cpu] }), {
    health: 'degraded',
    category: 'resource',
    reason: 'near its limit of 60 MiB of memory; near its limit of 100 % of a processor',
  });
});

test('a high error rate degrades a server', () => {
  const reason = '25.5 % of the last 100 calls failed, the limit is 20 %';
  assert.deepEqual(given(latency({ errorRate: 0.255 })), { health: 'degraded', category: 'tool', reason });
  assert.deepEqual(given(latency({ errorRate: 0.2 })), HEALTHY);
});

test('fewer than ten calls are no sample', () => {
  assert.deepEqual(given(latency({ count: 9, errorRate: 1, p95: 1e6 })), HEALTHY);
  assert.equal(given(latency({ count: 10, errorRate: 1 })).health, 'degraded');
});

test('several complaints are all told, the category is of the first', () => {
  const verdict = given({ missingTools: ['a'], ...latency({ errorRate: 1 }) });
  assert.equal(verdict.category, 'tool');
  assert.equal(verdict.reason, 'tools are missing: a; 100 % of the last 100 calls failed, the limit is 20 %');
});
