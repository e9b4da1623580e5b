// Clients that start a server themselves: `holdfast run` in front of one server, `holdfast connect` in front of all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import type { Message, RawClient } from '../support/raw-client.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { sdkClients, statelessClient } from '../support/sdk-clients.ts';
import { sdkStdio } from '../support/sdk-stdio.ts';

checkBeforeAndAfter();

const errorOf = ({ error }: Message) =>
  (error as { data?: { code: string; mayHaveRun?: boolean } } | undefined)?.data ?? null;

async function stage(t: TestContext) {
  const sandbox = await withNothingLeft(t);
  const ledgerFile = join(sandbox.folder, 'ledger');
  // Its control socket would else be in a folder for all state folders with long paths, which stays.
  const cli = new CommandLine(sandbox, { LEDGER: ledgerFile, XDG_RUNTIME_DIR: sandbox.folder });
  const holdfast = { inheritEnv: true };
  cli.configure({ one: { ...fixture('well-behaved'), holdfast } });
  const ledger = () => {
    const lines = readFileSync(ledgerFile, 'utf8').trim().split('\n');
    return lines.map(line => (JSON.parse(line) as { tool: string }).tool);
  };
  /** One more client; `name` is how it introduces itself. */
  const connect = async (name: string, ...args: readonly string[]) => {
    const client = cli.client(['connect', ...args]);
    const { error } = await client.initialize({ clientInfo: { name, version: '1' } });
    assert.equal(error, undefined, `${name}: ${JSON.stringify(error)}`);
    return client;
  };
  const status = async () => (await cli.json('status')).value;
  return { sandbox, cli, ledger, connect, status };
}

const slow = (client: RawClient, ms: number) => client.ask('tools/call', { name: 'one__slow', arguments: { ms } });

async function ended(client: RawClient): Promise<void> {
  assert.deepEqual(await client.end(), { code: 0, signal: null });
  assert.deepEqual(client.junk, []);
}

for (const [name, create] of sdkClients) {
  test(`${name} through run and connect: a crash of the server is none of its business`, async t => {
    const { cli } = await stage(t);
    const { command, args } = fixture('well-behaved');
    const through = async (how: readonly string[], prefix: string) => {
      const client = create();
      await client.connect(sdkStdio(name, cli.how(how)));
      assert.ok((await client.tools()).includes(`${prefix}echo`));
      const pid = await client.call(`${prefix}pid`);
      const waiting = client.call(`${prefix}slow`, { ms: 300 });
      await assert.rejects(client.call(`${prefix}crash`), /may have run/);
      assert.equal(await waiting, 'at last');
      assert.notEqual(await client.call(`${prefix}pid`), pid);
      await client.close();
    };
    await Promise.all([through(['run', '--', command, ...args], ''), through(['connect'], 'one__')]);
  });
}

test('a client of the stateless protocol through run: one process serves all that it asks for, and is answered', async t => {
  const { cli } = await stage(t);
  const { command, args } = fixture('well-behaved');
  const client = statelessClient();
  await client.connect(sdkStdio('client 2', cli.how(['run', '--', command, ...args])));
  assert.equal(client.serverName(), 'well-behaved');
  assert.ok((await client.tools()).includes('echo'));
  const pids = await Promise.all([1, 2, 3].map(() => client.call('pid')));
  const progress: number[] = [];
  await client.call('progress', { steps: 3, ms: 50 }, { onprogress: step => void progress.push(step.progress) });
  assert.deepEqual(progress, [1, 2, 3]);
  const cancelled = new AbortController();
  const given = client.call('slow', { ms: 600_000 }, { signal: cancelled.signal });
  const asked = await Promise.all([client.call('ask-elicitation'), client.call('ask-sampling')]);
  assert.match(asked.join(), /"name":"Ada".*fine, thank you/);
  cancelled.abort();
  await assert.rejects(given);
  const { pid, received } = JSON.parse(await client.call('session-info')) as { pid: number; received: string[] };
  assert.ok(received.includes('notifications/cancelled'), received.join());
  assert.deepEqual(new Set(pids), new Set([String(pid)]));
  await client.close();
});

describe('connect', () => {
  test('two that are started at the same moment agree on one manager', async t => {
    const { connect, status } = await stage(t);
    const both = await Promise.all([connect('a'), connect('b')]);
    const { manager, servers } = await status();
    assert.ok(both.some(({ pid }) => pid === manager.pid));
    const pids = await Promise.all(both.map(client => client.callText('one__pid')));
    assert.deepEqual(new Set(pids), new Set([String(servers[0]?.pid)]));
    for (const client of both) await ended(client);
  });

  test('the host is killed with two others in mid-call: they go on', async t => {
    const { connect, ledger, status } = await stage(t);
    const host = await connect('host');
    const [b, c] = await Promise.all([connect('b'), connect('c')]);
    assert.equal((await status()).manager.pid, host.pid);
    await b.request('tools/list');
    const safe = slow(b, 500);
    const unsafe = b.ask('tools/call', { name: 'one__write', arguments: { key: 'k', ms: 600_000 } });
    // It has seen no list: whether this one may be repeated has to be asked.
    const unlisted = slow(c, 500);
    await eventually(() => ledger().length === 1, { what: 'the unsafe call to run' });
    await host.kill();
    const from = performance.now();
    const { code, mayHaveRun } = errorOf(await b.answer(unsafe)) ?? {};
    t.diagnostic(`${Math.round(performance.now() - from)} ms from SIGKILL to the rejection of the unsafe call`);
    assert.deepEqual([code, mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
    const late = b.callText('one__echo', { text: 'sent while nobody is there' });
    for (const [client, id] of [
      [b, safe],
      [c, unlisted],
    ] as const) {
      assert.match(JSON.stringify((await client.answer(id)).result), /at last/);
    }
    t.diagnostic(
      `${Math.round(performance.now() - from)} ms to the answers of the safe calls (500 ms of it their own)`,
    );
    assert.equal(await late, 'sent while nobody is there');
    const { manager } = await status();
    assert.ok([b.pid, c.pid].includes(manager.pid), 'one of the two is the manager now');
    assert.deepEqual(ledger(), ['write'], 'nothing unsafe ran twice');
    for (const client of [b, c]) {
      assert.equal(
        client.messages.filter(({ result }) => JSON.stringify(result ?? '').includes('serverInfo')).length,
        1,
      );
      await ended(client);
    }
  });

  test('the host’s client leaves with another in mid-call: it goes on, and the host ends in good order', async t => {
    const { connect, status } = await stage(t);
    const host = await connect('host');
    const other = await connect('other');
    await other.request('tools/list');
    const safe = slow(other, 300);
    await ended(host);
    assert.match(JSON.stringify((await other.answer(safe)).result), /at last/);
    assert.equal((await status()).manager.pid, other.pid);
    await ended(other);
  });

  test('through a manager that is up, and survives its restart', async t => {
    const { cli, connect, status } = await stage(t);
    const up = () => cli.start('up', '--port', '0', '--json');
    const first = up();
    await first.line('stdout', /"event":"listening"/);
    const client = await connect('a');
    assert.equal((await status()).manager.pid, first.child.pid);
    await client.request('tools/list');
    const safe = slow(client, 2_000);
    assert.equal((await cli.run('down')).code, 0);
    await first.finished;
    const waiting = client.callText('one__echo', { text: 'still here' });
    const second = up();
    await second.line('stdout', /"event":"listening"/);
    assert.equal(await waiting, 'still here');
    assert.equal((await status()).manager.pid, second.child.pid);
    assert.match(
      JSON.stringify((await client.answer(safe)).result),
      /at last/,
      'it was under way when the first was told to end',
    );
    await ended(client);
    await cli.run('down');
    await second.finished;
  });

  test('to a manager by its address, with the token from the environment', async t => {
    const { cli, connect } = await stage(t);
    const up = cli.start('up', '--port', '0', '--json');
    const { url, token } = JSON.parse(await up.line('stdout', /"event":"listening"/)) as { url: string; token: string };
    const stranger = cli.client(['connect', '--url', url]);
    const refused = await stranger.initialize();
    assert.equal(errorOf(refused)?.code, 'NETWORK_AUTH');
    await ended(stranger);
    const client = cli.client(['connect', '--url', url], { env: { HOLDFAST_TOKEN: token } });
    await client.initialize();
    assert.equal(await client.callText('one__echo', { text: 'hello' }), 'hello');
    await ended(client);
    const single = cli.client(['connect', '--url', url.replace('/mcp', '/servers/one/mcp')], {
      env: { HOLDFAST_TOKEN: token },
    });
    await single.initialize();
    assert.equal(await single.callText('echo', { text: 'untouched' }), 'untouched');
    await ended(single);
    assert.ok((await connect('local')).pid > 0);
    await cli.run('down');
    await up.finished;
  });

  test('a stateless client lists, calls, is asked, and listens on through a restart of the manager', async t => {
    const { cli } = await stage(t);
    const up = () => cli.start('up', '--port', '0', '--json');
    const first = up();
    await first.line('stdout', /"event":"listening"/);
    const client = statelessClient();
    await client.connect(sdkStdio('client 2', cli.how(['connect'])));
    assert.ok((await client.tools()).includes('one__echo'));
    assert.match(await client.call('one__ask-elicitation'), /Ada/);
    const raw = cli.client(['connect']);
    const of = 'io.modelcontextprotocol/';
    const _meta = { [`${of}protocolVersion`]: '2026-07-28', [`${of}clientCapabilities`]: {} };
    const notifications = { resourceSubscriptions: ['test://greeting'] };
    raw.send({ id: 'mine', method: 'subscriptions/listen', params: { notifications, _meta } });
    await raw.waitFor(({ method }) => method === 'notifications/subscriptions/acknowledged', 'its beginning');

    assert.equal((await cli.run('down')).code, 0);
    await first.finished;
    const waiting = client.call('one__echo', { text: 'still here' });
    const second = up();
    await second.line('stdout', /"event":"listening"/);
    assert.equal(await waiting, 'still here');
    const touch = { name: 'one__touch-resource', arguments: { uri: 'test://greeting' }, _meta };
    await eventually(async () => JSON.stringify(await raw.request('tools/call', touch)).includes('told'), {
      what: 'it',
    });
    const { params } = await raw.waitFor(({ method }) => method === 'notifications/resources/updated', 'the update');
    assert.deepEqual((params?._meta as object | undefined) ?? {}, { [`${of}subscriptionId`]: 'mine' });
    const heard = raw.messages.filter(({ id }) => id === undefined).map(({ method }) => method);
    assert.deepEqual(heard, ['notifications/subscriptions/acknowledged', 'notifications/resources/updated']);
    await client.close();
    await ended(raw);
    await cli.run('down');
    await second.finished;
  });
});
