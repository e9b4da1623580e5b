import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../src/errors/config-error.ts';
import { eventually } from './support/eventually.ts';
import { HttpSession, textOf } from './support/http-session.ts';
import { configOf, fault, type Managed, manage, type ServerSpec, served } from './support/managed.ts';

const good = served('well-behaved');
const other = (mark: string) => served('well-behaved', { env: { MARK: mark } });
const missing = { command: 'no-such-command-anywhere' };

const reload = ({ manager, sandbox }: Managed, servers: Record<string, ServerSpec>) =>
  manager.reload({ mcpServers: configOf(servers, sandbox) });

describe('a configuration that is read again', { concurrency: 2 }, () => {
  test('touches only what has changed', async t => {
    const managed = await manage(t, { one: good, two: good, three: good });
    const { manager, status, text } = managed;
    await manager.start();
    const [one, two] = [status('one').pid, status('two').pid];
    const report = await reload(managed, { four: good, two: other('x'), one: good });
    assert.deepEqual(report, {
      added: ['four'],
      removed: ['three'],
      changed: ['two'],
      unchanged: ['one'],
      needsRestart: [],
      kept: [],
    });
    assert.deepEqual(manager.servers, ['four', 'two', 'one']);
    assert.equal(status('one').pid, one);
    assert.notEqual(status('two').pid, two);
    assert.equal(await text('pid', {}, 'two'), String(status('two').pid));
    assert.equal((await fault(manager.callTool('three', 'pid'))).code, 'TOOL_SERVER_UNKNOWN');
    assert.equal(status('four').state, 'ready');
  });

  test('lets a call end where it began, while new ones go to the new process', async t => {
    const managed = await manage(t, { one: good });
    const { manager, text, all, event, status } = managed;
    await manager.start();
    const old = await text('pid');
    const slow = manager.callTool('one', 'write', { key: 'a', value: 'b', ms: 400 });
    await eventually(() => managed.ledger().length === 1, { what: 'the call to begin' });
    await reload(managed, { one: other('x') });
    assert.notEqual(await text('pid'), old);
    assert.equal(all('server.stopped').length, 0, 'the old one still works');
    assert.equal(status('one').instances.length, 2);
    assert.equal((await slow).content[0]?.text, 'written');
    await event('server.stopped');
    assert.deepEqual(
      managed.ledger().map(({ tool, pid }) => [tool, String(pid)]),
      [['write', old]],
    );
    await eventually(() => status('one').instances.length === 1, { what: 'the old one to go' });
  });

  test('goes on with the old settings where the new ones do not come up, until a person insists', async t => {
    const managed = await manage(t, { one: good });
    const { manager, status, text, event } = managed;
    await manager.start();
    const old = await text('pid');
    const { kept } = await reload(managed, { one: missing });
    assert.deepEqual(kept, [{ server: 'one', reason: 'cannot find the command "no-such-command-anywhere"' }]);
    assert.deepEqual([await text('pid'), status().state], [old, 'ready']);
    assert.deepEqual(manager.configuration().pending, kept);
    assert.equal((await event('config.kept')).fault.code, 'PROCESS_COMMAND_NOT_FOUND');
    await manager.restart('one');
    assert.deepEqual([status().state, manager.configuration().pending], ['failed', []]);
    await reload(managed, { one: good });
    assert.equal(status().state, 'ready');
  });

  test('gives what a server without success was asked to the one that is mended', async t => {
    const managed = await manage(t, {
      one: served('never-initializes', { holdfast: { startup: { initializeMs: 60_000 } } }),
    });
    const { manager, text, event } = managed;
    void manager.start();
    await event('server.starting');
    const waiting = text('echo', { text: 'at last' });
    await reload(managed, { one: good });
    assert.equal(await waiting, 'at last');
  });

  test('takes back what was on its way when the next one comes first', async t => {
    const managed = await manage(t, { one: good });
    const { manager, status, text, all } = managed;
    await manager.start();
    const old = await text('pid');
    const slow = served('never-initializes', { holdfast: { startup: { initializeMs: 60_000 } } });
    const first = reload(managed, { one: slow });
    await eventually(() => all('server.starting').length === 2, { what: 'the new one to begin' });
    await reload(managed, { one: good });
    await first;
    assert.deepEqual([await text('pid'), manager.configuration().pending], [old, []]);
    await eventually(() => status().instances.length === 1, { what: 'nothing else to be there' });
    assert.deepEqual(all('config.switched'), []);
  });

  test('with a mistake changes nothing, and says where', async t => {
    const managed = await manage(t, { one: good });
    const { manager, text, event } = managed;
    await manager.start();
    const old = await text('pid');
    const bad = {
      mcpServers: { one: { command: 'node', holdfast: { replay: 'sometimes' } }, two: { command: 'node' } },
    };
    await assert.rejects(manager.reload(bad), ConfigError);
    assert.deepEqual([manager.servers, await text('pid')], [['one'], old]);
    const [problem] = manager.configuration().problems;
    assert.equal(problem?.key, 'mcpServers.one.holdfast.replay');
    assert.match((await event('config.rejected')).issues.join(), /holdfast\.replay/);
  });

  test('leaves a server at rest that a person has stopped, with what it has now for its next start', async t => {
    const managed = await manage(t, { one: good });
    const { manager, status, text } = managed;
    await manager.start();
    await manager.stop('one');
    await reload(managed, { one: other('x') });
    assert.deepEqual([status().state, status().desired], ['stopped', 'down']);
    await manager.start('one');
    assert.equal(await text('echo', { text: 'x' }), 'x');
  });

  test('that comes when all is over starts nothing', async t => {
    const managed = await manage(t, { one: good });
    await managed.manager.start();
    await managed.manager.close();
    await reload(managed, { one: other('x'), two: good });
    assert.equal(managed.all('server.starting').length, 1);
  });
});

describe('clients of the endpoint, when the configuration is read again', { concurrency: 2 }, () => {
  async function opened(t: Parameters<typeof manage>[0], servers: Record<string, ServerSpec>) {
    const managed = await manage(t, servers);
    const { manager, sandbox } = managed;
    await manager.start();
    const { url, token } = await manager.listen({ port: 0 });
    const open = async (path = '/mcp') => {
      const session = await HttpSession.open({ url: new URL(path, url).href, token, name: 'c' });
      sandbox.later(() => session.hangUp());
      await session.listen();
      return session;
    };
    return { managed, open };
  }
  const told = (session: HttpSession, method: string) =>
    eventually(() => session.heard.some(message => message.method === method), { what: method });
  const namesOf = async (session: HttpSession) =>
    ((await session.request('tools/list')).result as { tools: { name: string }[] }).tools.map(({ name }) => name);

  test('keep their session, their subscriptions and their log level', async t => {
    const { managed, open } = await opened(t, { one: good });
    const session = await open('/servers/one/mcp');
    await session.request('resources/subscribe', { uri: 'test://greeting' });
    await session.request('logging/setLevel', { level: 'error' });
    const before = textOf(await session.call('pid'));
    await reload(managed, { one: other('x') });
    assert.notEqual(textOf(await session.call('pid')), before);
    assert.match(textOf(await session.call('subscriptions')), /test:\/\/greeting/);
    assert.equal(textOf(await session.call('log-level')), 'error');
  });

  test('of all servers as one see what came, and no more what went', async t => {
    const { managed, open } = await opened(t, { one: good, two: good });
    const session = await open();
    assert.ok((await namesOf(session)).includes('two__echo'));
    await reload(managed, { one: good, three: good });
    await told(session, 'notifications/tools/list_changed');
    const names = await namesOf(session);
    assert.deepEqual([names.includes('two__echo'), names.includes('three__echo')], [false, true]);
    assert.equal(textOf(await session.call('three__echo', { text: 'x' })), 'x');
    assert.match(JSON.stringify(await session.call('two__echo', { text: 'x' })), /two__echo/);
  });

  test('of one server hear that others of its tools are offered', async t => {
    const { managed, open } = await opened(t, { one: good });
    const session = await open('/servers/one/mcp');
    await reload(managed, { one: { ...good, holdfast: { tools: { include: ['echo', 'pid'] } } } });
    await told(session, 'notifications/tools/list_changed');
    assert.deepEqual(await namesOf(session), ['echo', 'pid']);
    assert.match(JSON.stringify((await session.call('add', { a: 1, b: 2 })).error), /add/);
  });

  test('of a server that is gone are told that it is', async t => {
    const { managed, open } = await opened(t, { one: good, two: good });
    const session = await open('/servers/two/mcp');
    await reload(managed, { one: good });
    await managed.event('client.gone');
    await assert.rejects(session.call('pid'), /HTTP 404/);
  });
});
