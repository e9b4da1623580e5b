import type { InstanceStatus, ServerStatus } from '../../src/supervisor/status.ts';

/** A status for rendering: a server that is ready and well, but for what is given. */
export function statusOf(name: string, changes: Partial<Omit<ServerStatus, 'name' | 'instances'>> = {}): ServerStatus {
  const status = {
    instance: 1,
    desired: 'up',
    state: 'ready',
    health: 'healthy',
    reason: null,
    incarnation: 1,
    pid: 41233,
    connection: { status: 'connected', since: null, lastMessageAt: null },
    command: ['node', 'server.js'],
    url: null,
    launch: 'direct',
    launchReason: null,
    package: null,
    container: { kind: 'group', level: 'swept', why: null, holds: [] },
    protocolVersion: '2025-11-25',
    tools: 14,
    missingTools: [],
    lastCheck: null,
    restarts: { total: 0, byCause: {} },
    nextTryAt: null,
    attempt: { number: 1, of: 4 },
    lastError: null,
    uptimeMs: 130_000,
    latencyMs: { p50: 3.2, p95: 8, p99: 12 },
    errorRate: 0,
    usage: null,
    inFlight: 0,
    held: 0,
    survivors: [],
    deaths: [],
    ...changes,
  } as const;
  return { name, ...status, instances: [status] };
}

/** The same with more processes, numbered from 2, each as the first but for what is given. */
export function withOthers(server: ServerStatus, ...others: readonly Partial<InstanceStatus>[]): ServerStatus {
  const [first] = server.instances;
  if (first === undefined) throw new Error('it has no instance');
  const more = others.map((changes, index) => ({ ...first, ...changes, instance: index + 2 }));
  return { ...server, instances: [first, ...more] };
}

/** A server that has been given up. */
export function failed(name: string, changes: Parameters<typeof statusOf>[1] = {}): ServerStatus {
  return statusOf(name, {
    state: 'failed',
    health: 'unhealthy',
    pid: null,
    tools: 0,
    uptimeMs: null,
    latencyMs: { p50: null, p95: null, p99: null },
    restarts: { total: 3, byCause: { PROCESS_EXITED_AT_START: 3 } },
    lastError: {
      code: 'PROCESS_MODULE_MISSING',
      message: 'the server misses a module: left-pad',
      hint: 'install its dependencies where it stands (npm install, pip install, uv sync), or correct the script in "args"',
      stderrTail: [
        'starting',
        'Error: Cannot find module left-pad',
        '    at load (node:internal:1:1)',
        'Node.js v20.19.0',
      ],
    },
    ...changes,
  });
}
