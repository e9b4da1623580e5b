import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { HttpSession, textOf } from './support/http-session.ts';
import { configOf, fault, type Managed, manage, type ServerSpec, served } from './support/managed.ts';

const good = served('well-behaved');
const other = (mark: string, holdfast = {}) => served('well-behaved', { env: { MARK: mark }, holdfast });
const stuck = served('never-initializes', { holdfast: { startup: { initializeMs: 60_000 } } });

const reload = ({ manager, sandbox }: Managed, servers: Record<string, ServerSpec>) =>
  manager.reload({ mcpServers: configOf(servers, sandbox) });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('what comes in the way of a reload', { concurrency: 2 }, () => {
  test('a stop ends the process with the old settings, too, whatever it still does', async t => {
    const managed = await manage(t, { one: good });
    const { manager, text } = managed;
    await manager.start();
    const old = Number(await text('pid'));
    const slow = fault(manager.callTool('one', 'write', { key: 'a', value: 'b', ms: 20_000 }));
    await eventually(() => managed.ledger().length === 1, { what: 'the call to begin' });
    await reload(managed, { one: other('x') });
    await manager.stop('one');
    assert.equal(isAlive(old), false);
    assert.equal((await slow).mayHaveRun, true);
  });

  test('a start that comes while all ends starts nothing', async t => {
    const managed = await manage(t, { one: good });
    const { manager, status, event, all } = managed;
    await manager.start();
    const closing = manager.close();
    await event('server.stopping');
    await Promise.all([manager.start('one'), manager.restart('one'), closing]);
    assert.deepEqual([status().state, all('server.starting').length], ['stopped', 1]);
  });

  test('a change that comes in the middle of a stop does not make it impatient', async t => {
    const managed = await manage(t, { one: served('ignores-eof', { holdfast: { stop: { drainMs: 300 } } }) });
    const { manager, event } = managed;
    await manager.start();
    const stopping = manager.stop('one');
    await event('server.stopping');
    await reload(managed, { one: good });
    await stopping;
    assert.ok((await event('server.cleaned')).tookMs >= 300);
  });

  test('no two processes of a server have the same number', async t => {
    const managed = await manage(t, { one: good });
    const { manager, all } = managed;
    await manager.start();
    const stuckAs = (mark: string) => ({ ...stuck, env: { MARK: mark } });
    for (const [at, mark] of ['x', 'y'].entries()) {
      void reload(managed, { one: stuckAs(mark) });
      await eventually(() => all('server.starting').length === at + 2, { what: 'the next one to begin' });
    }
    await manager.stop('one');
    assert.deepEqual(
      all('server.starting').map(({ instance }) => instance),
      [1, 2, 3],
    );
  });

  test('what the host is subscribed to, and its log level, go along', async t => {
    const managed = await manage(t, { one: good });
    const { manager, text } = managed;
    await manager.start();
    await manager.subscribe('one', 'test://greeting');
    await manager.setLogLevel('one', 'error');
    await reload(managed, { one: other('x') });
    assert.match(await text('subscriptions'), /test:\/\/greeting/);
    assert.equal(await text('log-level'), 'error');
  });

  test('the fault of a call at a server that is gone says whether it may have run', async t => {
    const managed = await manage(t, { one: good });
    const { manager, text } = managed;
    await manager.start();
    const old = Number(await text('pid'));
    const slow = fault(manager.callTool('one', 'write', { key: 'a', value: 'b', ms: 20_000 }));
    await eventually(() => managed.ledger().length === 1, { what: 'the call to begin' });
    await reload(managed, { two: good });
    process.kill(old, 'SIGKILL');
    assert.deepEqual([(await slow).code, (await slow).mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
  });
});

describe('clients of the endpoint, in the way of a reload', { concurrency: 2 }, () => {
  async function opened(t: Parameters<typeof manage>[0], servers: Record<string, ServerSpec>) {
    const managed = await manage(t, servers);
    const { manager, sandbox } = managed;
    void manager.start();
    const { url, token } = await manager.listen({ port: 0 });
    const open = async (path = '/mcp', capabilities = {}) => {
      const session = await HttpSession.open({ url: new URL(path, url).href, token, name: 'c', capabilities });
      sandbox.later(() => session.hangUp());
      await session.listen();
      return session;
    };
    return { managed, open, url, token };
  }

  test('one that waits to hear what a server is, hears it of the mended one', async t => {
    const { managed, open } = await opened(t, { one: stuck });
    await managed.event('server.starting');
    const opening = open('/servers/one/mcp');
    opening.catch(() => {});
    await eventually(() => managed.manager.endpoint?.clients() === 1, { what: 'the client to wait' });
    await reload(managed, { one: good });
    const session = await opening;
    assert.equal(textOf(await session.call('echo', { text: 'x' })), 'x');
  });

  test('the process for one of them ends its call, where the first one rests', async t => {
    const holdfast = { sharing: 'perClient', start: 'onDemand' };
    const { managed, open } = await opened(t, { one: { ...good, holdfast } });
    const [a, b] = [await open('/servers/one/mcp'), await open('/servers/one/mcp')];
    const first = textOf(await a.call('pid'));
    const second = textOf(await b.call('pid'));
    assert.notEqual(first, second);
    const slow = b.call('write', { key: 'a', value: 'b', ms: 700 });
    await eventually(() => managed.ledger().length === 1, { what: 'the call to begin' });
    const before = managed.all('server.down').length;
    process.kill(Number(managed.status().pid), 'SIGKILL');
    await eventually(() => managed.all('server.down').length > before, { what: 'down' });
    await reload(managed, { one: other('x', holdfast) });
    assert.equal(textOf(await slow), 'written');
  });

  test('the new process is the one for whom the old one was, and starts once', async t => {
    const { managed, open } = await opened(t, { one: good });
    const session = await open('/servers/one/mcp', { sampling: {}, elicitation: {} });
    await session.call('pid');
    const before = managed.all('server.starting').length;
    await reload(managed, { one: other('x') });
    assert.equal(textOf(await session.call('echo', { text: 'x' })), 'x');
    assert.equal(managed.all('server.starting').length, before + 1);
  });

  test('a call at a server that is gone is answered to those of all servers as one', async t => {
    const { managed, open } = await opened(t, { one: good, two: good });
    const session = await open();
    await session.request('tools/list');
    const slow = session.call('two__write', { key: 'a', value: 'b', ms: 500 });
    await eventually(() => managed.ledger().length === 1, { what: 'the call to begin' });
    await reload(managed, { one: good });
    assert.equal(textOf(await slow), 'written');
  });

  test('what listens to a server that is gone is ended', async t => {
    const { managed, url, token } = await opened(t, { one: good, two: good });
    await managed.event('server.ready', ({ server }) => server === 'two');
    const method = 'subscriptions/listen';
    const meta = 'io.modelcontextprotocol/';
    const _meta = {
      [`${meta}protocolVersion`]: '2026-07-28',
      [`${meta}clientInfo`]: { name: 'c', version: '1' },
      [`${meta}clientCapabilities`]: {},
    };
    const response = await fetch(new URL('/servers/two/mcp', url), {
      method: 'POST',
      signal: AbortSignal.timeout(10_000),
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 'sub',
        method,
        params: { _meta, notifications: { toolsListChanged: true } },
      }),
    });
    await reload(managed, { one: good });
    assert.match(await response.text(), /"resultType":"complete"/);
  });
});
