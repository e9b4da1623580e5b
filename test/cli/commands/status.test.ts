// Held against the black-box contract: scripts, editors and other programs read this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { only } from '../../../src/cli/commands/status.ts';
import { fixture } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine, servers } from '../run-cli.ts';
import { statusOf } from '../status-of.ts';

const count = z.int().nonnegative();
const time = z.iso.datetime();
const health = z.enum(['healthy', 'degraded', 'suspect', 'unhealthy', 'unknown']);

const process_ = {
  desired: z.enum(['up', 'onDemand', 'down']),
  state: z.enum(['stopped', 'starting', 'ready', 'stopping', 'backoff', 'failed']),
  health,
  reason: z.string().nullable(),
  incarnation: count,
  pid: count.nullable(),
  connection: z.object({
    status: z.enum(['connected', 'connecting', 'disconnected']),
    since: time.nullable(),
    lastMessageAt: time.nullable(),
  }),
  command: z.array(z.string()).min(1),
  launch: z.enum(['direct', 'resolved', 'as-written']).nullable(),
  container: z.object({ kind: z.string(), level: z.enum(['atomic', 'swept', 'partial']) }).nullable(),
  protocolVersion: z.string().nullable(),
  tools: count,
  missingTools: z.array(z.string()),
  lastCheck: z.object({ at: time, verdict: health }).nullable(),
  restarts: z.object({ total: count, byCause: z.record(z.string(), count) }),
  nextTryAt: time.nullable(),
  lastError: z.object({ code: z.string(), message: z.string() }).nullable(),
  uptimeMs: count.nullable(),
  latencyMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() }),
  errorRate: z.number().min(0).max(1),
  inFlight: count,
  held: count,
  usage: z.object({ rssBytes: count, cpuPercent: z.number(), processes: count, handles: count.nullable() }).nullable(),
};

const report = z.object({
  manager: z.object({
    pid: count,
    version: z.string(),
    uptimeMs: count,
    url: z.string().nullable(),
    clients: count,
    sessions: count,
    isBridged: z.boolean(),
    token: z.string().nullable(),
    config: z.string().nullable(),
    stateDir: z.string(),
    network: z.object({
      winsock: z.object({ state: z.enum(['not applicable', 'started', 'failed']) }),
      lookups: z.array(z.object({ host: z.string(), coldMs: z.number(), warmMs: z.number().nullable() })),
      proxy: z.string(),
      certificates: count,
      ports: z.object({ used: count, of: count, timeWait: count, verdict: z.string() }).nullable(),
    }),
  }),
  servers: z.array(z.object({ name: z.string(), ...process_, instances: z.array(z.object(process_)).min(1) })),
});

test('status --json has every field of the contract, in every state of a server', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({
    ...servers,
    lazy: { ...servers.good, holdfast: { start: 'onDemand' } },
    slow: fixture('slow-start', '600000'),
    again: { ...fixture('exits-at-start'), holdfast: { restart: { minMs: 600_000, maxMs: 600_000 } } },
  });
  const up = cli.start('up', '--json');
  for (const [type, name] of Object.entries({ ready: 'good', failed: 'missing', starting: 'slow', backoff: 'again' }))
    await up.line('stdout', new RegExp(`"type":"server.${type}","server":"${name}"`));
  await up.line('stdout', /"type":"server.failed","server":"dies"/);
  await cli.run('call', 'good', 'echo', '{"text": "x"}');
  await cli.run('call', 'good', 'rpc-error');

  const { stdout } = await cli.run('status', '--json');
  const { servers: all } = report.parse(JSON.parse(stdout));
  assert.deepEqual(
    all.map(({ name, desired, state, health, connection }) => [name, desired, state, health, connection.status]),
    [
      ['good', 'up', 'ready', 'healthy', 'connected'],
      ['dies', 'up', 'failed', 'unhealthy', 'disconnected'],
      ['missing', 'up', 'failed', 'unhealthy', 'disconnected'],
      ['lazy', 'onDemand', 'stopped', 'unknown', 'disconnected'],
      ['slow', 'up', 'starting', 'unknown', 'connecting'],
      ['again', 'up', 'backoff', 'unhealthy', 'connecting'],
    ],
  );
  const [good, dies] = all;
  assert.ok(good !== undefined && dies !== undefined);
  const { name, instances, ...first } = good;
  assert.deepEqual([name, instances], ['good', [first]], 'the fields beside "instances" are those of the first');
  assert.equal(good.errorRate, 0.5);
  for (const value of [good.pid, good.usage, good.container, good.launch, good.uptimeMs, good.latencyMs.p95])
    assert.notEqual(value, null);
  assert.notEqual(dies.nextTryAt, null);

  const two = report.parse((await cli.json('status', 'lazy', 'good')).value);
  assert.deepEqual(
    two.servers.map(({ name }) => name),
    ['good', 'lazy'],
  );
  assert.equal((await cli.run('down')).code, 0);
  assert.equal((await up.finished).code, 0);
});

test('of the servers that are named the report tells, and a name that none has is refused with the nearest', () => {
  const reportOf = (...names: string[]) => ({ manager: {}, servers: names.map(name => statusOf(name)) }) as never;
  const reports = [reportOf('files', 'memory'), reportOf('weather')];
  const namesOf = (...names: string[]) => only(names, reports).map(({ servers }) => servers.map(({ name }) => name));
  assert.deepEqual(namesOf(), [['files', 'memory'], ['weather']]);
  assert.deepEqual(namesOf('memory', 'weather'), [['memory'], ['weather']]);
  assert.throws(() => namesOf('files', 'wether'), { code: 'TOOL_SERVER_UNKNOWN', message: /"wether", but "weather"/ });
});
