import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ImportWish, importServers } from '../../../src/cli/commands/import.ts';
import { os } from '../../../src/platform/platform.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { callIn } from '../in-process.ts';
import { CommandLine } from '../run-cli.ts';

const SECRET = 'plain-but-given';

const cursor = `{
  // of the editor
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files", "${'x'.repeat(300)}", "a b"], "env": { "KEY": "${SECRET}", "NODE_OPTIONS": "--require ./x.js" } },
    "far": { "url": "https://a.example/sse", "type": "sse" },
  }
}
`;
const codex = `[mcp_servers.one]\ncommand = "one"\n`;

const flags = { isYes: false, isDry: false, isRewire: false, isUndo: false, isForced: false, isKeeping: false };
const wish: ImportWish = { from: [], ...flags };

/** A home with the files of two clients, and a configuration that has something in it already. */
async function stage(t: TestContext) {
  const cli = new CommandLine(await withNothingLeft(t));
  const home = join(cli.folder, 'home');
  const put = (path: string, text: string): string => {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const files = { cursor: put('.cursor/mcp.json', cursor), codex: put('.codex/config.toml', codex) };
  const config = join(cli.folder, 'holdfast.json');
  writeFileSync(config, '{\n  // mine\n  "mcpServers": { "one": { "command": "one" } }\n}\n');
  return { cli, home, put, files, config, read: (file: string) => readFileSync(file, 'utf8') };
}

test('the whole command is shown and no secret; nothing is written before somebody has agreed', async t => {
  const { cli, config, read } = await stage(t);
  const before = read(config);
  const { code, stdout, stderr } = await cli.run('import');
  assert.equal(code, 2);
  assert.match(stdout, new RegExp(`\\n? {2}runs {2}npx -y files ${'x'.repeat(300)} "a b"\\n`));
  assert.match(stdout, /\n {2}env {3}KEY=… "NODE_OPTIONS=--require \.\/x\.js"\n/);
  assert.match(stdout, /\none {2}is there already \(Codex\)\n/);
  assert.match(stdout, /\nfar {2}not taken over\n {2}why {3}its transport "sse"/);
  assert.match(stderr, /^error: there is nobody to ask\n.*--dry-run.*--yes/);
  assert.doesNotMatch(stdout, new RegExp(SECRET));
  assert.equal(read(config), before);

  const json = await cli.run('import', '--yes', '--json');
  assert.equal(json.code, 0);
  assert.doesNotMatch(json.stdout, new RegExp(SECRET));
  const value = JSON.parse(json.stdout) as {
    written: boolean;
    servers: { name: string; isNew: boolean; command: string[] }[];
  };
  assert.deepEqual(
    value.servers.map(({ name, isNew, command }) => [name, isNew, command[0]]),
    [
      ['one', false, 'one'],
      ['files', true, 'npx'],
    ],
  );
  assert.match(read(config), /^\{\n {2}\/\/ mine\n {2}"mcpServers": \{ "one": \{ "command": "one" \}, "files": \{/);
  assert.match(read(config), new RegExp(SECRET));
  if (os !== 'windows') assert.equal(statSync(config).mode & 0o777, 0o600);
});

test('a file that is broken is told with its place, and keeps none of the others back', async t => {
  const { cli, put, config, read } = await stage(t);
  put('.claude.json', '{\n  "mcpServers": {,}\n}');
  const { code, stderr } = await cli.run('import', '--yes', '--to', config);
  assert.equal(code, 1);
  assert.match(stderr, /\.claude\.json:2:18: expected a value/);
  assert.match(read(config), /"files"/);
  const one = await callIn(cli.folder, here => importServers(here, { ...wish, from: ['cursr'] }));
  assert.deepEqual([one.code, /did you mean "cursor"\?/.test(one.stderr)], [2, true]);
  const none = await cli.run('import', '--from', 'claude-desktop', 'vscode');
  assert.equal(none.code, 0);
  assert.match(none.stdout, /^no client keeps a server here; looked at\n.*claude_desktop_config\.json\n/);
});

test('the clients are rewired and brought back byte for byte, through links too', async t => {
  const { cli, home, files, read } = await stage(t);
  const real = join(home, 'dotfiles.json');
  writeFileSync(real, cursor);
  const link = join(cli.folder, '.cursor', 'mcp.json');
  if (os !== 'windows') {
    mkdirSync(dirname(link));
    symlinkSync(real, link);
    chmodSync(files.codex, 0o640);
  }
  const undo = (more: Partial<ImportWish> = {}) =>
    callIn(cli.folder, here => importServers(here, { ...wish, isUndo: true, ...more }), { stateDir: 'state' });
  const rewired = await cli.run('import', '--yes', '--rewire', '--state-dir', 'state');
  assert.equal(rewired.code, 0, rewired.stderr);
  assert.match(
    rewired.stdout,
    / {2}- mcpServers\.files\n {2}\+ mcpServers\.holdfast = \{"command":".*","connect"\]\}\n/,
  );
  assert.match(
    read(files.cursor),
    /^\{\n {2}\/\/ of the editor\n {2}"mcpServers": \{\n {4}"far": .*,\n {4}"holdfast": \{/,
  );
  assert.match(read(files.codex), /^\[mcp_servers\.holdfast\]\ncommand = ".*"\nargs = \[ ".*", "connect" \]\n$/);
  const backup = readdirSync(dirname(files.codex)).find(name => name.startsWith('config.toml.holdfast-backup-'));
  assert.equal(read(join(dirname(files.codex), backup ?? '')), codex);
  if (os !== 'windows') {
    assert.match(read(real), /"holdfast"/);
    assert.equal(statSync(join(dirname(files.codex), backup ?? '')).mode & 0o777, 0o600);
    assert.equal(statSync(files.codex).mode & 0o777, 0o640);
  }

  writeFileSync(files.codex, `${read(files.codex)}# mine\n`);
  const refused = await undo();
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /restored .*mcp\.json \(Cursor\)\n/);
  assert.match(refused.stdout, /refused .*config\.toml \(Codex\): it was changed since: --keep-changes/);
  assert.equal(read(files.cursor), cursor);
  assert.match(read(files.codex), /# mine/);
  const kept = await undo({ isKeeping: true, isDry: true });
  assert.match(kept.stdout, /^would be restored {2}.*config\.toml/);
  const forced = await undo({ isForced: true });
  assert.equal(forced.code, 0);
  assert.equal(read(files.codex), codex);
  const left = readdirSync(dirname(files.codex));
  assert.equal(left.length, 2);
  assert.match(read(join(dirname(files.codex), left.find(name => name.endsWith('-changed')) ?? '')), /# mine\n$/);
  if (os !== 'windows') {
    assert.equal(read(real), cursor);
    assert.equal(statSync(files.codex).mode & 0o777, 0o640);
  }
  assert.equal((await undo()).stdout, 'nothing is rewired\n');
});
