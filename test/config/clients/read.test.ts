// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientFile } from '../../../src/config/clients/client.ts';
import { readClientFile } from '../../../src/config/clients/read.ts';
import { ConfigError } from '../../../src/errors/config-error.ts';
import { fixtures, fixtureText, place, world } from './client-fixtures.ts';

const read = (from: ClientFile, text: string, over = {}) => readClientFile(from, text, { ...world, ...over });
const one = (from: ClientFile, entry: object) => {
  const key = from.client === 'vscode' ? 'servers' : 'mcpServers';
  return read(from, JSON.stringify({ [key]: { a: entry } }))[0] ?? assert.fail();
};
const file = (name: string): [ClientFile, string] => {
  const [from] = fixtures.find(([, fixture]) => fixture === name) ?? assert.fail();
  return [from, fixtureText(name)];
};
const byName = (found: ReturnType<typeof read>) => Object.fromEntries(found.map(server => [server.name, server]));

test('Claude Desktop: command, args and env are taken over as they are', () => {
  const found = read(...file('claude_desktop_config.json'));
  assert.deepEqual(
    found.map(({ name, reason }) => [name, reason]),
    [
      ['filesystem', null],
      ['github', null],
      ['sqlite', null],
    ],
  );
  assert.deepEqual(found[2]?.entry, { command: 'uvx', args: ['mcp-server-sqlite', '--db-path', 'C:\\data\\test.db'] });
});

test('Claude Code: those of the user, and those of each project, which work in its folder', () => {
  const { db, issues, linear, sentry, github } = byName(read(...file('claude.json')));
  assert.deepEqual(db?.entry, {
    command: 'uvx',
    args: ['mcp-server-sqlite', '--db-path', '/home/ada/shop/shop.db'],
    cwd: '/home/ada/shop',
  });
  assert.deepEqual(db?.path, ['projects', '/home/ada/shop', 'mcpServers', 'db']);
  assert.deepEqual(issues?.entry, {
    url: 'https://mcp.example.com/mcp',
    headers: { Authorization: 'Bearer ${ISSUES_TOKEN}' },
  });
  assert.deepEqual(issues?.notes, ['without timeout: known to its client alone']);
  assert.deepEqual(github?.needs, [{ variable: 'GITHUB_TOKEN', why: 'is not set here' }]);
  assert.match(linear?.reason ?? '', /"sse"/);
  assert.match(sentry?.reason ?? '', /no token.*holdfast add sentry --url https:\/\/mcp\.sentry\.dev\/mcp$/);
});

test('Cursor: what the editor alone knows stays there, and files are found from elsewhere too', () => {
  const { wiki, tests } = byName(read(...file('cursor.json')));
  assert.equal(wiki?.entry?.envFile, '/home/ada/wiki.env');
  assert.match(wiki?.notes[0] ?? '', /wiki\.env", ENOENT/);
  assert.match(tests?.reason ?? '', /^\$\{workspaceFolder\} is another folder in each project$/);
  const inProject = read(place('cursor', '/home/ada/shop'), fixtureText('cursor.json'));
  assert.deepEqual(byName(inProject).tests?.entry, {
    command: 'node',
    args: ['/home/ada/shop/scripts/mcp.js'],
    cwd: '/home/ada/shop',
  });
});

test('VS Code: what it would ask for becomes a variable that is named as needed', () => {
  const { perplexity, gh, boxed } = byName(read(...file('vscode.json')));
  assert.deepEqual(perplexity?.entry?.env, { PERPLEXITY_API_KEY: '${PERPLEXITY_KEY}', LOG: '${LEVEL:-info}' });
  assert.deepEqual(perplexity?.needs, [{ variable: 'PERPLEXITY_KEY', why: 'Perplexity API key' }]);
  assert.match(gh?.reason ?? '', /no token/);
  assert.match(boxed?.reason ?? '', /sandbox/);
});

test('Codex: its own keys become ours', () => {
  const found = byName(read(...file('codex.toml')));
  assert.deepEqual(found['docs search']?.entry, {
    command: 'docs-search',
    env: { DOCS_TOKEN: '${DOCS_TOKEN}', DOCS_URL: 'https://docs.example.com/[a]?b=#c' },
    holdfast: {
      startup: { initializeMs: 45_000 },
      callTimeoutMs: 300_000,
      tools: { include: ['search', 'open'] },
    },
  });
  assert.deepEqual(found['docs search']?.notes, ['without required: known to its client alone']);
  assert.deepEqual(found.issues?.entry, {
    url: 'https://mcp.example.com/mcp',
    headers: { Authorization: 'Bearer ${ISSUES_TOKEN}' },
    disabled: true,
  });
  assert.match(found.figma?.reason ?? '', /no token/);
});

test('an entry that could not be a configuration is refused with its own mistake, and the others are not', () => {
  const text =
    '{ "mcpServers": { "bad": { "command": "x", "args": "-y z" }, "": { "command": "x" }, "no": 7, "empty": {}, "good": { "command": "x" } } }';
  const reasons = read(place('cursor'), text).map(({ reason }) => reason);
  assert.match(reasons[0] ?? '', /^"args": expected an array of strings/);
  assert.match(reasons[1] ?? '', /server name that is not empty/);
  assert.match(reasons[2] ?? '', /no object/);
  assert.match(reasons[3] ?? '', /no "command"/);
  assert.equal(reasons[4], null);
});

test('a remote server is taken over where nothing of its signing in would be lost', () => {
  const urls: readonly (readonly [entry: object, isTaken: boolean])[] = [
    [{ url: 'http://localhost:3000/mcp' }, true],
    [{ url: 'https://a.example/mcp?key=1' }, true],
    [{ type: 'http', url: 'https://a.example/mcp', headers: { 'X-Key': 'k' } }, true],
    [{ httpUrl: 'https://a.example/mcp', headers: { 'X-Key': 'k' } }, true],
    [{ url: 'https://a.example/mcp', headers: {} }, false],
    [{ url: 'https://a.example/mcp', headers: { 'X-Key': 'k' }, auth: { CLIENT_ID: 'x' } }, false],
    [{ url: 'https://a.example/mcp', headersHelper: 'get-token' }, false],
    [{ type: 'ws', url: 'ws://127.0.0.1:1' }, false],
  ];
  for (const [entry, isTaken] of urls) {
    assert.equal(one(place('claude-code'), entry).entry !== null, isTaken, JSON.stringify(entry));
  }
});

test('what an editor computes is refused, and what it merely names is not', () => {
  for (const text of ['${command:pick}', '${config:a.b}', '${workspaceFolder:web}']) {
    assert.match(one(place('vscode'), { command: 'x', args: [text] }).reason ?? '', /known to the editor alone/, text);
  }
  const { entry } = one(place('vscode'), {
    command: 'x',
    args: ['${userHome}', '${env:A:-b}', '$HOME', '${input:my.key}'],
  });
  assert.deepEqual(entry?.args, ['${userHome}', '${env:A:-b}', '$HOME', '${MY_KEY}']);
});

test('folders of Windows stay folders of Windows', () => {
  const text = JSON.stringify({ projects: { 'C:\\shop': { mcpServers: { a: { command: 'x', cwd: 'tools' } } } } });
  const [found] = read(place('claude-code'), text, { os: 'windows', home: 'C:\\Users\\Ada' });
  assert.equal(found?.entry?.cwd, 'C:\\shop\\tools');
});

test('Holdfast itself is known, however it is started', () => {
  const ours: readonly object[] = [
    { command: 'holdfast', args: ['connect'] },
    { command: 'C:\\npm\\holdfast.cmd', args: ['connect', '--config', 'x'] },
    { command: 'npx', args: ['-y', 'holdfast@1.2.3', 'connect'] },
    { command: '/usr/bin/node', args: ['/usr/lib/node_modules/holdfast/dist/cli/main.js', '--config', 'x', 'connect'] },
    { command: 'node', args: [world.main, 'connect'] },
    { command: '/old/node', args: ['/old/dist/cli/main.js', '--config', 'x', 'connect'] },
    { url: 'http://127.0.0.1:4653/mcp' },
    { url: 'http://localhost:4653/servers/files/mcp', headers: { Authorization: 'Bearer x' } },
  ];
  for (const entry of ours) assert.equal(one(place('cursor'), entry).isSelf, true, JSON.stringify(entry));
  const others: readonly object[] = [
    { command: 'holdfast', args: ['run', '--', 'npx', 'x'] },
    { command: 'connect', args: ['holdfast'] },
    { command: 'node', args: ['/home/ada/main.js', 'connect'] },
    { url: 'http://127.0.0.1:3000/mcp' },
    { url: 'https://a.example:4653/mcp' },
  ];
  for (const entry of others) assert.equal(one(place('cursor'), entry).isSelf, false, JSON.stringify(entry));
});

test('a broken file is told with its place', () => {
  const placeOf = (from: ClientFile, text: string): string => {
    try {
      read(from, text);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      const [issue] = error.issues;
      return `${issue?.line}:${issue?.column} ${issue?.message}`;
    }
    return 'nothing';
  };
  assert.match(placeOf(place('cursor'), '{\n  "mcpServers": {,\n}'), /^2:18 expected a value/);
  assert.match(placeOf(place('cursor'), '[]'), /^1:1 expected an object/);
  assert.match(placeOf(place('cursor'), '{ "mcpServers": [] }'), /expected servers by name under "mcpServers"/);
  assert.match(placeOf(place('codex'), 'a = 1\n[mcp_servers.x\ncommand = 1'), /^2:\d+ /);
  for (const empty of ['', '\ufeff \n', '{}', '{ "mcpServers": null }'])
    assert.deepEqual(read(place('cursor'), empty), []);
});
