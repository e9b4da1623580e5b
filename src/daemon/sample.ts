import type { Manager } from '../manager.ts';
import type { InstanceStatus, ServerStatus } from '../supervisor/status.ts';
import type { Sample, ServerFigures } from '../telemetry/history.ts';

/** What is known at this moment, of all processes of each server together. */
export function takeSample(manager: Pick<Manager, 'status' | 'endpoint'>, at: number, lagMs: number): Sample {
  return {
    at,
    servers: Object.fromEntries(manager.status().map(server => [server.name, figuresOf(server)])),
    manager: {
      rssBytes: process.memoryUsage.rss(),
      lagMs,
      sessions: manager.endpoint?.clients() ?? 0,
    },
  };
}

function figuresOf({ instances }: Pick<ServerStatus, 'instances'>): ServerFigures {
  const all = (figure: (instance: InstanceStatus) => number | null | undefined) =>
    instances.map(figure).filter(value => value != null);
  const sum = (values: readonly number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0));
  const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));
  return {
    p50: most(all(({ latencyMs }) => latencyMs.p50)),
    p95: most(all(({ latencyMs }) => latencyMs.p95)),
    p99: most(all(({ latencyMs }) => latencyMs.p99)),
    errorRate: most(all(({ errorRate }) => errorRate)),
    rssBytes: sum(all(({ usage }) => usage?.rssBytes)),
    cpuPercent: sum(all(({ usage }) => usage?.cpuPercent)),
    inFlight: sum(all(({ inFlight }) => inFlight)),
    held: sum(all(({ held }) => held)),
  };
}
