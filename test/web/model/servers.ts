import type { ServerStatus } from '../../../web/src/model/wire.ts';

/** A healthy server, but for what is given. */
export function server(name: string, given: Partial<ServerStatus> = {}): ServerStatus {
  const status: ServerStatus = {
    name,
    instance: 1,
    desired: 'up',
    state: 'ready',
    health: 'healthy',
    reason: null,
    incarnation: 1,
    pid: 4711,
    connection: { status: 'connected', since: null, lastMessageAt: null },
    command: ['node', 'server.js'],
    url: null,
    launch: 'direct',
    launchReason: null,
    package: null,
    container: null,
    protocolVersion: '2025-11-25',
    tools: 3,
    missingTools: [],
    lastCheck: null,
    restarts: { total: 0, byCause: {} },
    nextTryAt: null,
    attempt: { number: 1, of: 4 },
    lastError: null,
    uptimeMs: 60_000,
    latencyMs: { p50: 1, p95: 2, p99: 3 },
    errorRate: 0,
    usage: null,
    inFlight: 0,
    held: 0,
    survivors: [],
    deaths: [],
    instances: [],
    ...given,
  };
  return { ...status, instances: [status, ...(given.instances ?? [])] };
}

export const down = (name: string, given: Partial<ServerStatus> = {}): ServerStatus =>
  server(name, {
    state: 'backoff',
    health: 'unhealthy',
    pid: null,
    nextTryAt: '2026-11-27T12:00:04.000Z',
    attempt: { number: 2, of: 4 },
    lastError: {
      code: 'PROCESS_EXITED',
      message: 'the server exited unexpectedly (signal SIGKILL)',
      hint: 'read its last stderr lines',
      stderrTail: ['boom'],
    },
    ...given,
  });

export const failed = (name: string, given: Partial<ServerStatus> = {}): ServerStatus =>
  down(name, { state: 'failed', ...given });
