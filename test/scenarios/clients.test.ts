// The clients that people use, through the endpoint and on stdio: they list and call, at one server and at all as one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CommandLine } from '../cli/run-cli.ts';
import { toolPath, toolsNode } from '../support/conformance.ts';
import { fixture } from '../support/fixture.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { HttpSession, textOf } from '../support/http-session.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { sdkClients, statelessClient } from '../support/sdk-clients.ts';

checkBeforeAndAfter();

/** Where each of them goes: the server of `/servers/one/mcp`, none for `/mcp`; and what its tools begin with there. */
const PLACES = [
  { place: '/mcp', server: undefined, prefix: 'one__' },
  { place: '/servers/one/mcp', server: 'one', prefix: '' },
] as const;

type Create = (typeof sdkClients)[number][1];

async function withSdk(gateway: Gateway, create: Create): Promise<void> {
  for (const { place, server, prefix } of PLACES) {
    const client = create();
    await client.connectTo(gateway.url(server), gateway.token);
    try {
      const tools = await client.tools();
      assert.ok(tools.includes(`${prefix}echo`), place);
      assert.equal(tools.includes('two__veteran'), server === undefined, place);
      assert.equal(await client.call(`${prefix}echo`, { text: 'grüße 🧵' }), 'grüße 🧵', place);
      const progress: number[] = [];
      const onprogress = (message: { progress: number }) => void progress.push(message.progress);
      await client.call(`${prefix}progress`, { steps: 3, ms: 50 }, { onprogress });
      assert.deepEqual(progress, [1, 2, 3], place);
      assert.match(await client.call(`${prefix}ask-elicitation`), /"name":"Ada"/, place);
      assert.match(await client.call(`${prefix}ask-sampling`), /fine, thank you/, place);
    } finally {
      await client.close();
    }
  }
}

/** A server, as the Inspector's configuration has it. */
interface Entry {
  readonly place: string;
  readonly prefix: string;
  readonly how: object;
}

async function withInspector(node: string, folder: string, protocolEra: string, entries: readonly Entry[]) {
  const mcpServers = Object.fromEntries(entries.map(({ place, how }) => [place, { ...how, protocolEra }]));
  const config = join(folder, `inspector-${protocolEra}.json`);
  writeFileSync(config, JSON.stringify({ mcpServers }));
  const own = { HOME: join(folder, 'inspector-home'), MCP_INSPECTOR_SECRET_STORE: 'memory' };
  mkdirSync(own.HOME, { recursive: true });
  const inspector = toolPath('@modelcontextprotocol', 'inspector', 'clients', 'launcher', 'build', 'index.js');
  const inspect = async (...args: readonly string[]): Promise<unknown> => {
    const all = [inspector, '--cli', '--config', config, ...args, '--format', 'json'];
    const { stdout } = await promisify(execFile)(node, all, { env: { ...process.env, ...own } });
    return (JSON.parse(stdout) as { result: unknown }).result;
  };
  for (const { place, prefix } of entries) {
    const { tools } = (await inspect('--server', place, '--method', 'tools/list')) as { tools: { name: string }[] };
    assert.ok(
      tools.some(({ name }) => name === `${prefix}add`),
      place,
    );
    const call = ['--method', 'tools/call', '--tool-name', `${prefix}add`, '--tool-args-json', '{"a":2,"b":3}'];
    const { content } = (await inspect('--server', place, ...call)) as { content: { text: string }[] };
    assert.equal(content[0]?.text, '5', place);
  }
}

/** By hand, since the SDKs speak only the newest one that both sides know. */
async function withRevision(gateway: Gateway, asked: string, spoken: string): Promise<void> {
  for (const { place, server, prefix } of PLACES) {
    const session = await HttpSession.open({
      url: gateway.url(server),
      token: gateway.token,
      protocolVersion: asked,
    });
    const { protocolVersion } = session.initialized.result as { protocolVersion: string };
    assert.equal(protocolVersion, spoken, place);
    assert.equal(textOf(await session.call(`${prefix}echo`, { text: asked })), asked, place);
    await session.end();
    session.hangUp();
  }
}

test('clients that people use list, call and are asked, at one server and at all as one', {
  concurrency: 2,
}, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({ one: fixture('well-behaved'), two: fixture('changes-tools') });
  const gateway = await startGateway(cli);
  for (const server of ['one', 'two'])
    await gateway.up.line('stdout', new RegExp(`"type":"server.ready","server":"${server}"`));

  const sdks = async () => {
    for (const [name, create] of [...sdkClients, ['client 2, stateless', statelessClient] as const])
      await t.test(name, () => withSdk(gateway, create));
  };
  for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
    await t.test(`a client of ${revision}`, () => withRevision(gateway, revision, revision));
  await t.test('a client of a revision that nobody knows', () => withRevision(gateway, '2025-07-07', '2025-11-25'));

  const node = toolsNode();
  const skip = node === null && 'it needs Node 22, and tools/ has none for this system';
  const headers = { Authorization: `Bearer ${gateway.token}` };
  const overHttp = PLACES.map(({ place, server, prefix }) => ({
    place,
    prefix,
    how: { type: 'streamable-http', url: gateway.url(server), headers },
  }));
  const { command, args } = fixture('well-behaved');
  const run = { place: 'run', prefix: '', how: { type: 'stdio', ...cli.how(['run', '--', command, ...args]) } };
  const connect = { place: 'connect', prefix: 'one__', how: { type: 'stdio', ...cli.how(['connect']) } };
  const inspectors = [
    ['legacy', [...overHttp, run, connect]],
    ['modern', [...overHttp, run]],
  ] as const;
  const inspected = inspectors.map(([era, entries]) =>
    t.test(`the Inspector, ${era}`, { skip }, () => withInspector(String(node), sandbox.folder, era, entries)),
  );
  await Promise.all([sdks(), ...inspected]);
  await gateway.stop();
});
