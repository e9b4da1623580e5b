import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliOf } from '../../../src/cli/context.ts';
import { runConfig, secretsIn, serverName } from '../../../src/cli/stdio/run-config.ts';

const names: readonly (readonly [command: string, name: string])[] = [
  ['npx -y @modelcontextprotocol/server-everything', 'server-everything'],
  ['npx.cmd -y @acme/thing@1.2.3 --port 3', 'thing'],
  ['npm exec -- mcp-thing@latest', 'mcp-thing'],
  ['pnpm dlx @acme/thing', 'thing'],
  ['uvx mcp-server-git==1.0 --repository .', 'mcp-server-git'],
  ['uv tool run mcp-server-time', 'mcp-server-time'],
  ['/usr/bin/python3 -u server/notes.py', 'notes'],
  ['C:\\Program§Files\\nodejs\\node.exe C:\\servers\\files.mjs', 'files'],
  ['node --enable-source-maps dist/server.js', 'server'],
  ['./bin/my-server --stdio', 'my-server'],
  ['node', 'node'],
  ['..', 'server'],
  ['__proto__', 'server'],
];
for (const [command, name] of names) {
  test(`"${command}" is called ${name}`, () => {
    assert.equal(serverName(command.split(' ').map(word => word.replace('§', ' '))), name);
  });
}

test('the command is taken as it is, with everything that a single client needs', async () => {
  const cli = { ...cliOf({ json: false }), env: { PATH: '/bin' }, cwd: tmpdir() };
  // Not in one piece, which would look like a template that somebody forgot.
  const args = ['HOME', 'UNSET_ANYWHERE'].map(name => `$\{${name}}`);
  const { servers } = await runConfig(cli, ['node', ...args]);
  const [server] = servers;
  assert.ok(server?.kind === 'process');
  assert.deepEqual([server.command, server.args], ['node', args]);
  assert.deepEqual([server.cwd, server.problem, server.options.inheritEnv], [tmpdir(), undefined, true]);
});

test('a configuration that is named gives its defaults, one that lies about does not', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-run-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'holdfast.json');
  const defaults = { callTimeoutMs: 123, sharing: 'perClient', inheritEnv: false };
  writeFileSync(
    file,
    `{ "mcpServers": { "x": { "command": "y" } }, "holdfast": { "defaults": ${JSON.stringify(defaults)} } }`,
  );
  const cli = { ...cliOf({ json: false }), env: {}, cwd: folder };
  const near = (await runConfig(cli, ['node'])).servers;
  const named = (await runConfig({ ...cli, options: { json: false, config: file } }, ['node'])).servers;
  assert.equal(near[0]?.options.callTimeoutMs, 600_000);
  assert.deepEqual(
    named.map(({ name, options }) => [name, options.callTimeoutMs, options.sharing, options.inheritEnv]),
    [['node', 123, 'shared', true]],
  );
});

test('variables with the name of a secret are secrets', () => {
  const env = {
    GITHUB_TOKEN: 'a',
    DB_PASSWORD: 'b',
    API_KEY: 'c',
    HOME: 'd',
    KEYBOARD: 'e',
    MY_PAT: 'f',
    DB_PWD: 'g',
    PWD: '/home/ada',
    OLDPWD: '/home',
    UNSET: undefined,
  };
  assert.deepEqual(secretsIn(env), ['a', 'b', 'c', 'f', 'g']);
});
