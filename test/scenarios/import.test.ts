// The way in: the files of five clients, taken over, rewired, used by a client that starts what stands there, and brought back.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { projectRoot } from '../support/project-root.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { sdkClients } from '../support/sdk-clients.ts';
import { sdkStdio } from '../support/sdk-stdio.ts';

checkBeforeAndAfter();

const fixtures = join(projectRoot(), 'test', 'fixtures', 'clients');

/** Where each client keeps its file on Linux. */
const homes: Readonly<Record<string, string>> = {
  'claude_desktop_config.json': '.config/Claude/claude_desktop_config.json',
  'claude.json': '.claude.json',
  'cursor.json': '.cursor/mcp.json',
  'vscode.json': '.config/Code/User/mcp.json',
  'codex.toml': '.codex/config.toml',
};

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter(file => !/(^|[\\/])(holdfast|pids)([\\/]|$)/.test(relative(folder, file)))
      .map(file => [relative(folder, file), readFileSync(file, 'utf8')]),
  );
}

/** What the clients' files name would have to be fetched from elsewhere. */
function switchOff(config: string): void {
  const { mcpServers } = JSON.parse(readFileSync(config, 'utf8')) as { mcpServers: Record<string, object> };
  const servers = Object.entries(mcpServers).map(([name, server]) => [name, { ...server, disabled: true }]);
  assert.equal(servers.length, 11);
  writeFileSync(config, JSON.stringify({ mcpServers: Object.fromEntries(servers) }));
}

test('five clients are taken over and rewired; what then stands in their files starts; all come back byte for byte', async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox, { XDG_RUNTIME_DIR: sandbox.folder });
  const home = join(sandbox.folder, 'home');
  for (const [name, path] of Object.entries(homes)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    cpSync(join(fixtures, name), join(home, path));
  }
  cpSync(join(fixtures, 'project'), sandbox.folder, { recursive: true });
  const before = contents(sandbox.folder);

  const rewired = await cli.run('import', '--yes', '--rewire');
  assert.equal(rewired.code, 0, rewired.stderr);
  switchOff(join(home, '.config', 'holdfast', 'holdfast.json'));
  const { command, args } = fixture('well-behaved');
  const mark = Object.entries(sandbox.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  assert.equal((await cli.run('add', 'steady', ...mark, '--', command, ...args)).code, 0);

  const { mcpServers } = JSON.parse(readFileSync(join(home, homes['claude_desktop_config.json'] ?? ''), 'utf8')) as {
    mcpServers: { holdfast: { command: string; args: string[] } };
  };
  const [name, create] = sdkClients[0] ?? assert.fail();
  const client = create();
  await client.connect(sdkStdio(name, { ...cli.how([]), ...mcpServers.holdfast }));
  assert.deepEqual(
    (await client.tools()).filter(tool => !tool.startsWith('steady__')),
    [],
  );
  assert.equal(await client.call('steady__echo', { text: 'hello' }), 'hello');
  await client.close();

  const undone = await cli.run('import', '--undo');
  assert.equal(undone.code, 0, undone.stdout);
  assert.deepEqual(contents(sandbox.folder), before);
});
