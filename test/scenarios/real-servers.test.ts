// Real servers from npm: started without npx and without the network, killed in use, and going on.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { type CallToolResult, createManager, type Manager } from '../../src/manager.ts';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { type RealServer, realServers, type ToolCall } from '../support/real-servers.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const NAMES = ['everything', 'filesystem', 'memory', 'sequential-thinking', 'github', 'eslint'];

/** A manager of some of the servers, all of which are closed and gone after the test. */
async function managed(t: TestContext, wanted: readonly string[], holdfast: object = {}) {
  const { folder, env, later } = await withNothingLeft(t);
  const servers = (await realServers(folder, env)).filter(({ name }) => wanted.includes(name));
  assert.equal(servers.length, wanted.length);
  const config = {
    mcpServers: Object.fromEntries(servers.map(({ name, entry }) => [name, entry])),
    holdfast: { defaults: holdfast },
  };
  const manager = await createManager({ config });
  later(async () => assert.deepEqual(await manager.close(), { survivors: [] }));
  return { manager, servers };
}

function statusOf(manager: Manager, server: string) {
  const status = manager.status().find(({ name }) => name === server);
  assert.ok(status !== undefined);
  return status;
}

test('six real servers start together, directly and with the registry out of reach', async t => {
  const { manager, servers } = await managed(t, NAMES);
  const from = performance.now();
  await manager.start();
  t.diagnostic(`all six were ready after ${Math.round(performance.now() - from)} ms`);
  for (const server of servers) {
    const status = statusOf(manager, server.name);
    assert.equal(status.state, 'ready', `${server.name}: ${JSON.stringify(status.lastError)}`);
    assert.equal(status.launch, 'direct', `${server.name}: ${status.launchReason}`);
    assert.equal(status.package?.name, server.package);
    assert.equal(status.protocolVersion, server.protocolVersion, server.name);
    assert.ok(status.tools > 0, server.name);
    await server.ask(manager);
  }
  const offered = new Set((await manager.listTools()).map(({ server }) => server));
  assert.deepEqual([...offered], NAMES);
  const pids = manager.status().map(({ pid }) => Number(pid));
  assert.deepEqual(await manager.stop(), { survivors: [] });
  for (const pid of pids) assert.equal(await isAlive(pid), false);
});

for (const name of NAMES) {
  test(`${name} is killed in use, and its session goes on`, async t => {
    const { manager, servers } = await managed(t, [name]);
    const [server] = servers;
    assert.ok(server !== undefined);
    await manager.start();
    await server.ask(manager);

    const { pid } = statusOf(manager, name);
    const underWay = await keepBusy(manager, server);
    const { ms, refused } = await killAndAsk(manager, server);
    t.diagnostic(`${name}: ${ms} ms from SIGKILL to the next good answer, default backoff`);
    assert.equal(refused, 0, 'a call that came after the end was noticed is held, not refused');

    for (const { call, outcome } of underWay) await isAsPromised(manager, server, call, await outcome);
    const status = statusOf(manager, name);
    assert.equal(status.state, 'ready');
    assert.equal(status.incarnation, 2);
    assert.notEqual(status.pid, pid);
    assert.equal(status.launch, 'direct');
    assert.equal(status.restarts.total, 1);
    assert.deepEqual([status.inFlight, status.held], [0, 0]);
    await server.ask(manager);
  });
}

test('how soon a killed server answers again depends on the backoff alone', async t => {
  for (const [label, restart] of [
    ['with the default backoff', {}],
    ['with restart.minMs: 0', { minMs: 0 }],
  ] as const) {
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      await t.test(`${label}, run ${run + 1}`, async t => {
        const { manager, servers } = await managed(t, ['everything'], { restart });
        const [server] = servers;
        assert.ok(server !== undefined);
        await manager.start();
        times.push((await killAndAsk(manager, server)).ms);
      });
    }
    times.sort((a, b) => a - b);
    t.diagnostic(`everything, ${label}: ${times[2]} ms from SIGKILL to the next good answer (median of ${times})`);
  }
});

type Outcome = { readonly result: CallToolResult } | { readonly error: unknown };

/** Starts the calls of a server and waits until each has been sent to it; it then answers none of them. */
async function keepBusy(manager: Manager, server: RealServer) {
  const { pid } = statusOf(manager, server.name);
  // A stopped process lets calls pile up in its pipe. One that is to report progress first has to be at work.
  const isFrozen = server.reportsProgress === undefined && os !== 'windows';
  if (isFrozen) process.kill(Number(pid), 'SIGSTOP');
  let progress = 0;
  const onProgress = () => {
    progress++;
  };
  const underWay = server.busy.map((call, index) => {
    const options = index === 0 && server.reportsProgress ? { onProgress } : {};
    const outcome: Promise<Outcome> = manager.callTool(server.name, call.tool, call.args, options).then(
      result => ({ result }),
      (error: unknown) => ({ error }),
    );
    return { call, outcome };
  });
  if (isFrozen) {
    const all = () => statusOf(manager, server.name).inFlight === server.busy.length;
    await eventually(all, { what: 'the calls to be sent' });
  }
  if (server.reportsProgress) await eventually(() => progress > 0, { what: 'progress' });
  return underWay;
}

/** Kills a server's process and asks until the answer is good, as a patient client would. */
async function killAndAsk(manager: Manager, server: RealServer): Promise<{ ms: number; refused: number }> {
  const isDown = new Promise<void>(resolve => {
    const off = manager.on('server.down', () => {
      off();
      resolve();
    });
  });
  const from = performance.now();
  process.kill(Number(statusOf(manager, server.name).pid), 'SIGKILL');
  await isDown;
  for (let refused = 0; ; refused++) {
    try {
      await server.ask(manager);
      return { ms: Math.round(performance.now() - from), refused };
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.mayHaveRun !== true || refused > 10) throw error;
    }
  }
}

/** A call that is safe to repeat has been answered by the second process; any other was rejected with what is known. */
async function isAsPromised(
  manager: Manager,
  { name }: RealServer,
  { tool }: ToolCall,
  outcome: Outcome,
): Promise<void> {
  const described = (await manager.listTools(name)).find(item => item.name === tool);
  const hints = (described?.annotations ?? {}) as { readOnlyHint?: boolean; idempotentHint?: boolean };
  const isSafe = hints.readOnlyHint === true || hints.idempotentHint === true;
  if ('result' in outcome) {
    // Without SIGSTOP, or beside the one that reports progress, it may have been answered before the end.
    assert.ok(isSafe || os === 'windows' || name === 'everything', `${tool} ran a second time`);
    return;
  }
  assert.ok(!isSafe, `${tool} is safe, but was not repeated: ${outcome.error}`);
  assert.ok(outcome.error instanceof HoldfastError);
  assert.equal(outcome.error.code, 'PROCESS_EXITED_DURING_CALL');
  assert.equal(outcome.error.mayHaveRun, true);
}
