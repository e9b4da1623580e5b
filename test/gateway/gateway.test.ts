// The endpoint of a real manager, before a real process, for the clients that people use.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Endpoint, Manager } from '../../src/manager.ts';
import { createManager } from '../../src/manager.ts';
import { fixture } from '../support/fixture.ts';
import { type Sandbox, withNothingLeft } from '../support/leak-check.ts';

async function listen(sandbox: Sandbox, holdfast: object = {}): Promise<{ manager: Manager; endpoint: Endpoint }> {
  const env = { ...sandbox.env, LEDGER: join(sandbox.folder, 'ledger') };
  const config = { mcpServers: { files: { ...fixture('well-behaved'), env, holdfast } } };
  const manager = await createManager({ config, cwd: sandbox.folder, stateDir: join(sandbox.folder, 'state') });
  sandbox.later(() => manager.close());
  const endpoint = await manager.listen({ port: 0 });
  await manager.start();
  return { manager, endpoint };
}

interface AnyClient {
  tools(): Promise<string[]>;
  call(name: string, args: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

const INFO = { name: 'sdk', version: '1' };

const clients: Readonly<Record<string, (url: URL, token: string | null) => Promise<AnyClient>>> = {
  'sdk 1': async (url, token) => {
    const client = new ClientV1(INFO);
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new TransportV1(url, { requestInit }) as Transport);
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args) => (await client.callTool({ name, arguments: args })).content,
      close: () => client.close(),
    };
  },
  'client 2': (url, token) => v2(url, token, 'legacy'),
  'client 2, stateless': (url, token) => v2(url, token, 'auto'),
};

async function v2(url: URL, token: string | null, mode: 'legacy' | 'auto'): Promise<AnyClient> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new TransportV2(url, { requestInit }));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => (await client.callTool({ name, arguments: args })).content,
    close: () => client.close(),
  };
}

for (const [name, connect] of Object.entries(clients)) {
  test(`${name} lists and calls one server, and all as one`, async t => {
    const { endpoint } = await listen(await withNothingLeft(t));
    const one = await connect(new URL('/servers/files/mcp', endpoint.url), endpoint.token);
    assert.ok((await one.tools()).includes('echo'));
    assert.deepEqual(await one.call('echo', { text: 'hello' }), [{ type: 'text', text: 'hello' }]);
    await one.close();
    const all = await connect(new URL(endpoint.url), endpoint.token);
    assert.ok((await all.tools()).includes('files__echo'));
    assert.deepEqual(await all.call('files__echo', { text: 'hello' }), [{ type: 'text', text: 'hello' }]);
    await all.close();
  });
}

test('a manager listens once at a time, and its end is the end of the endpoint', async t => {
  const { manager, endpoint } = await listen(await withNothingLeft(t));
  assert.equal(manager.endpoint, endpoint);
  await assert.rejects(manager.listen({ port: 0 }), /listens already/);
  await endpoint.close();
  assert.equal(manager.endpoint, null);
  const again = await manager.listen({ port: endpoint.port, token: null });
  assert.equal((await fetch(new URL('/readyz', again.url))).status, 200);
  await manager.close();
  await assert.rejects(fetch(new URL('/livez', again.url)));
});

test('a call that takes longer than "callTimeoutMs" is ended', async t => {
  const { endpoint } = await listen(await withNothingLeft(t), { callTimeoutMs: 100 });
  const client = await clients['client 2']?.(new URL('/servers/files/mcp', endpoint.url), endpoint.token);
  await assert.rejects(client?.call('hang', {}) ?? Promise.resolve(), /not answered within/);
  await client?.close();
});
