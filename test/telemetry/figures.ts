import type { InstanceFigures, ServerFigures } from '../../src/telemetry/metrics-servers.ts';

/** A server that is well and does nothing, but for what is given. */
export function serverFigures(
  name: string,
  changes: Partial<ServerFigures> = {},
  instances: readonly Partial<InstanceFigures>[] = [{}],
): ServerFigures {
  const calm: ServerFigures = {
    name,
    instance: 1,
    state: 'ready',
    health: 'healthy',
    tools: 3,
    missingTools: [],
    restarts: { byCause: {} },
    uptimeMs: 1_000,
    errorRate: 0,
    usage: null,
    inFlight: 0,
    held: 0,
    survivors: [],
    instances: [],
    ...changes,
  };
  return { ...calm, instances: instances.map(instance => ({ ...calm, ...instance })) };
}
