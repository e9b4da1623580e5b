import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeSample } from '../../src/daemon/sample.ts';
import type { Manager } from '../../src/manager.ts';
import type { InstanceStatus, ServerStatus } from '../../src/supervisor/status.ts';

const instance = (figures: Partial<InstanceStatus>): InstanceStatus =>
  ({
    latencyMs: { p50: null, p95: null, p99: null },
    errorRate: 0,
    usage: null,
    inFlight: 0,
    held: 0,
    ...figures,
  }) as InstanceStatus;

const usage = (rssBytes: number, cpuPercent: number) =>
  ({ rssBytes, cpuPercent, peakRssBytes: 0, cpuMs: 0, processes: 1, handles: null }) as const;

const managerOf = (...instances: readonly InstanceStatus[]): Pick<Manager, 'status' | 'endpoint'> => ({
  status: () => [{ name: 'files', instances } as unknown as ServerStatus],
  endpoint: null,
});

test('of several processes memory, CPU and calls are added up, and the slowest speaks for all', () => {
  const manager = managerOf(
    instance({ latencyMs: { p50: 1, p95: 2, p99: 3 }, errorRate: 0.1, usage: usage(10, 1), inFlight: 1 }),
    instance({ latencyMs: { p50: 4, p95: 5, p99: 6 }, usage: usage(20, 2), inFlight: 2, held: 3 }),
    instance({}),
  );
  const { at, servers, manager: own } = takeSample(manager, 7, 8);
  assert.deepEqual(servers, {
    files: { p50: 4, p95: 5, p99: 6, errorRate: 0.1, rssBytes: 30, cpuPercent: 3, inFlight: 3, held: 3 },
  });
  assert.deepEqual([at, own.lagMs, own.sessions], [7, 8, 0]);
  assert.ok((own.rssBytes ?? 0) > 1_000_000);
});

test('what no process tells is not known, and not zero', () => {
  const { servers } = takeSample(managerOf(instance({})), 1, 0);
  assert.deepEqual([servers.files?.p50, servers.files?.rssBytes, servers.files?.inFlight], [null, null, 0]);
});
