import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { createManager } from '../src/manager.ts';
import { os } from '../src/platform/platform.ts';
import { eventually } from './support/eventually.ts';
import { fixture } from './support/fixture.ts';
import { withNothingLeft } from './support/leak-check.ts';

test('status tells what all processes of a server use, after a sample', async t => {
  const { env, later } = await withNothingLeft(t);
  const config = {
    mcpServers: { wrapped: { ...fixture('wrapper', 'busy'), env }, rests: { ...fixture('well-behaved'), env } },
  };
  const manager = await createManager({ config });
  later(() => manager.close());
  await manager.start('wrapped');
  assert.equal(manager.status()[0]?.usage, null);
  await manager.sample();
  // The kernel counts in ticks of 10 ms, so the server computes; and where only the living are counted, one that ended meanwhile (Wine's
  // console host) takes its time out of one share.
  const computed = async (): Promise<boolean> => {
    await manager.callTool('wrapped', 'busy', { ms: 200 });
    await manager.sample();
    return Number(manager.status()[0]?.usage?.cpuPercent) > 0;
  };
  await eventually(computed, { what: 'a share of the processor' });
  const [wrapped, rests] = manager.status().map(({ usage }) => usage);
  assert.equal(rests, null);
  assert.ok(wrapped != null);
  // The wrapper, its shell, and the server; on Windows their hidden console may count, too.
  assert.ok(wrapped.processes === 3 || (os === 'windows' && wrapped.processes === 4), `${wrapped.processes}`);
  assert.ok(wrapped.rssBytes > 30 * 1_048_576 && wrapped.rssBytes < 1_024 * 1_048_576, `${wrapped.rssBytes}`);
  if (os === 'linux') assert.ok(Number(wrapped.handles) > 20);
  await manager.stop();
  assert.equal(manager.status()[0]?.usage, null);
});

test('each health check samples, and its event tells the memory', async t => {
  const { env, later } = await withNothingLeft(t);
  const holdfast = { health: { intervalMs: 50 } };
  const manager = await createManager({
    config: { mcpServers: { one: { ...fixture('well-behaved'), env, holdfast } } },
  });
  later(() => manager.close());
  const told: (number | null)[] = [];
  manager.on('health.checked', ({ rssBytes }) => told.push(rssBytes));
  await manager.start();
  await eventually(() => told.length > 0, { what: 'a health check' });
  assert.ok(Number(told[0]) > 10 * 1_048_576, `${told[0]}`);
  assert.notEqual(manager.status()[0]?.usage, null);
});

test('a server runs at the priority that its configuration asks for, and a refusal is only a notice', async t => {
  const { env, later } = await withNothingLeft(t);
  const server = (priority: string) => ({ ...fixture('well-behaved'), env, holdfast: { priority } });
  const mcpServers = { idle: server('idle'), normal: server('normal'), high: server('high') };
  const manager = await createManager({ config: { mcpServers } });
  later(() => manager.close());
  const notices: string[] = [];
  manager.on('server.notice', ({ server: name, text }) => notices.push(`${name}: ${text}`));
  await manager.start();
  const [idle, normal, high] = manager.status().map(({ pid }) => getPriority(Number(pid)));
  assert.equal(idle, 19);
  assert.equal(normal, getPriority());
  if (high === normal) assert.match(notices.join('\n'), /^high: its priority could not be set to "high": /);
  else assert.deepEqual([high, notices], [-14, []]);
  assert.deepEqual(
    manager.status().map(({ state }) => state),
    ['ready', 'ready', 'ready'],
  );
});
