import type { ProcessServer, ServerOptions } from '../../../src/config/types.ts';

/** A server's configuration for a test: only what is said differs from the least. */
export function server(
  cwd: string,
  command: string,
  args: readonly string[] = [],
  more: { env?: Record<string, string>; options?: Partial<ServerOptions> } = {},
): ProcessServer {
  return {
    kind: 'process',
    name: 'test',
    command,
    args,
    cwd,
    env: more.env ?? {},
    options: { ...options, ...more.options },
    at: { line: 1, column: 1 },
  };
}

const options: ServerOptions = {
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
  limits: {},
  idleStopMs: 0,
  maxAgeMs: 0,
  priority: 'normal',
  start: 'eager',
  launch: 'auto',
  maxMessageBytes: 1 << 24,
  maxQueue: 1_000,
  maxInstances: 100,
  sharing: 'shared',
  tools: { include: ['*'], exclude: [] },
  network: { dnsOrder: 'ipv4first', threadPoolSize: 4, traceWarnings: true, debug: false },
};
