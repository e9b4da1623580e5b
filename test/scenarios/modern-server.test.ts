// A server that speaks 2026-07-28 alone, through the endpoint, for the clients that people use.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import { ModernHttp } from '../fixtures/lib/modern-http.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { sdkClients, statelessClient } from '../support/sdk-clients.ts';

checkBeforeAndAfter();

const clients = [...sdkClients, ['client 2, stateless', statelessClient] as const];

test('clients of both eras list, call, are asked and hear of changes', async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  const holdfast = { restart: { retries: 1_000, minMs: 0, windowExits: 0 } };
  cli.configure({ one: { ...fixture('modern-only'), holdfast }, two: fixture('well-behaved') });
  const gateway = await startGateway(cli);
  for (const server of ['one', 'two'])
    await gateway.up.line('stdout', new RegExp(`"type":"server.ready","server":"${server}"`));
  for (const [name, create] of clients) {
    for (const { server, prefix } of [
      { server: undefined, prefix: 'one__' },
      { server: 'one', prefix: '' },
    ]) {
      await t.test(`${name} at ${server ?? 'all'}`, async () => {
        const client = create();
        await client.connectTo(gateway.url(server), gateway.token);
        try {
          const tools = await client.tools();
          assert.ok(tools.includes(`${prefix}greet`));
          if (server !== undefined) assert.equal(client.serverName(), 'modern');
          assert.equal(await client.call(`${prefix}echo`, { text: 'grüße 🧵' }), 'grüße 🧵');
          const progress: number[] = [];
          // Clients may count the rounds by themselves.
          const onprogress = (message: { progress: number }) => {
            if (message.progress > 100) progress.push(message.progress);
          };
          assert.equal(await client.call(`${prefix}greet`, {}, { onprogress }), 'Hello, Ada Ada');
          assert.equal(progress.length, 3);
          await assert.rejects(client.call(`${prefix}crash`));
          assert.equal(await client.call(`${prefix}echo`, { text: 'back' }), 'back');
        } finally {
          await client.close();
        }
      });
    }
  }
  await t.test('a change of its tools reaches a client that does not ask', async () => {
    const [, create] = clients[0] ?? assert.fail();
    const client = create();
    await client.connectTo(gateway.url('one'), gateway.token);
    await client.tools();
    await client.call('more');
    await eventually(() => client.heard.includes('tools changed'), { what: 'the news' });
    assert.ok((await client.tools()).includes('extra'));
    await client.close();
  });
  await gateway.stop();
});

test('a remote one serves clients of both eras, and is survived when it goes away', async t => {
  const sandbox = await withNothingLeft(t);
  const far = await ModernHttp.start();
  sandbox.later(() => far.http.close());
  const cli = new CommandLine(sandbox);
  const holdfast = { restart: { retries: 1_000, minMs: 50, maxMs: 50 } };
  cli.configure({ far: { url: far.http.url, holdfast } });
  const gateway = await startGateway(cli);
  await gateway.up.line('stdout', /"type":"server.ready","server":"far"/);
  for (const [name, create] of clients) {
    const client = create();
    await client.connectTo(gateway.url('far'), gateway.token);
    assert.ok((await client.tools()).includes('greet'), name);
    assert.equal(await client.call('mirrors', { region: 'grüße 🧵' }), 'grüße 🧵', name);
    assert.equal(await client.call('greet'), 'Hello, Ada', name);
    await far.http.close();
    const late = client.call('echo', { text: 'late' });
    await far.http.open();
    assert.equal(await late, 'late', name);
    await client.close();
  }
  assert.deepEqual(far.wrong, []);
  await gateway.stop();
});
