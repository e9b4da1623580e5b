import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveOptions } from '../../src/config/options.ts';

// Written out once more on purpose: these are the numbers that the design promises.
const builtIn = {
  restart: {
    retries: 3,
    minMs: 1_000,
    maxMs: 10_000,
    stableMs: 60_000,
    windowExits: 5,
    windowMs: 600_000,
    halfOpenMs: 300_000,
  },
  startup: { spawnMs: 5_000, initializeMs: 30_000, downloadMs: 180_000, toolsMs: 10_000 },
  health: { intervalMs: 300_000, pingMs: 10_000, waitedMs: 5_000, latencyBudgetMs: 5_000, errorRate: 0.5 },
  stop: { drainMs: 2_000, graceMs: 100 },
  replay: 'safe',
  replays: 1,
  holdMs: 30_000,
  callTimeoutMs: 600_000,
  dependsOn: [],
  inheritEnv: false,
  priority: 'normal',
  start: 'eager',
  launch: 'auto',
  maxMessageBytes: 67_108_864,
  maxQueue: 256,
  maxInstances: 100,
  sharing: 'shared',
  tools: { include: ['*'], exclude: [] },
  limits: {},
  idleStopMs: 0,
  maxAgeMs: 0,
  network: { dnsOrder: 'ipv4first', threadPoolSize: 4, traceWarnings: true, debug: false },
};

test('without options there are the built-in ones', () => {
  assert.deepEqual(resolveOptions(undefined, undefined), builtIn);
});

test('own options win over the defaults of the file, and those over the built-in ones, key by key', () => {
  const defaults = { restart: { retries: 9, minMs: 5 }, replay: 'never', holdMs: 1 };
  const own = { restart: { minMs: 7 }, holdMs: 2, dependsOn: ['a'] };
  assert.deepEqual(resolveOptions(own, defaults), {
    ...builtIn,
    restart: { ...builtIn.restart, retries: 9, minMs: 7 },
    replay: 'never',
    holdMs: 2,
    dependsOn: ['a'],
  });
});

test('an option that is undefined counts as not set', () => {
  const options = resolveOptions({ replay: undefined, restart: { retries: undefined } }, { restart: { retries: 9 } });
  assert.equal(options?.restart.retries, 9);
  assert.equal(options?.replay, 'safe');
});
