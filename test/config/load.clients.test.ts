// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/load.ts';
import { processes } from './read.ts';

interface Expected {
  readonly servers: readonly string[];
  readonly disabled?: readonly string[];
  readonly remote?: readonly string[];
  readonly warnings?: number;
}

const files: readonly (readonly [says: string, file: string, text: string, expected: Expected])[] = [
  [
    'Claude Desktop',
    'claude_desktop_config.json',
    `{
      "globalShortcut": "Ctrl+Space",
      "mcpServers": {
        "filesystem": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "C:\\\\Users\\\\Ada"] },
        "sqlite": { "command": "uvx", "args": ["mcp-server-sqlite", "--db-path", "C:\\\\data\\\\test.db"], "env": { "LOG": "1" } }
      },
      "preferences": { "menuBarEnabled": false }
    }`,
    { servers: ['filesystem', 'sqlite'] },
  ],
  [
    'Claude Code, of a project',
    '.mcp.json',
    `{
      "mcpServers": {
        "github": { "type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-github"],
          "env": { "GITHUB_TOKEN": "\${GITHUB_TOKEN:-none}" }, "timeout": 60000 },
        "sentry": { "type": "http", "url": "https://mcp.sentry.dev/mcp", "headers": { "X-Key": "\${KEY}" } },
        "linear": { "type": "sse", "url": "https://mcp.linear.app/sse" }
      }
    }`,
    { servers: ['github', 'sentry', 'linear'], remote: ['sentry', 'linear'] },
  ],
  [
    'Claude Code, of a user, with all else it keeps',
    '.claude.json',
    `{
      "numStartups": 412, "installMethod": "global", "autoUpdates": true, "theme": "dark", "verbose": false,
      "tipsHistory": { "shift-enter": 7, "shift-enter": 8 }, "userID": "0a1b", "oauthAccount": { "emailAddress": "a@b.c" },
      "hasCompletedOnboarding": true, "lastOnboardingVersion": "2.0.1", "mcpContextUris": [], "servers": 3,
      "cachedStatsigGates": { "a_b": false }, "customApiKeyResponses": { "approved": [], "rejected": [] },
      "projects": { "/home/ada/shop": { "allowedTools": [], "mcpServers": {}, "enabledMcpjsonServers": [], "history": [] } },
      "mcpServers": { "memory": { "type": "stdio", "command": "npx", "args": ["@modelcontextprotocol/server-memory"], "env": {} } },
      "fallbackAvailableWarningThreshold": 0.5, "subscriptionNoticeCount": 0, "iterm2KeyBindingInstalled": true
    }`,
    { servers: ['memory'] },
  ],
  [
    'Cursor',
    join('.cursor', 'mcp.json'),
    `{
      // of the team
      "mcpServers": {
        "db": { "command": "\${workspaceFolder}/bin/db", "args": ["--home", "\${userHome}"], "env": { "K": "\${env:K}" }, },
        "docs": { "url": "https://docs.example.com/mcp", "headers": { "Authorization": "Bearer \${env:TOKEN}" } },
      },
    }`,
    { servers: ['db', 'docs'], remote: ['docs'] },
  ],
  [
    'VS Code',
    join('.vscode', 'mcp.json'),
    `{
      /* asked for once */
      "inputs": [{ "type": "promptString", "id": "key", "description": "API key", "password": true }],
      "servers": {
        "perplexity": { "type": "stdio", "command": "npx", "args": ["-y", "server-perplexity"],
          "env": { "KEY": "\${input:key}", "PORT": 8080, "NONE": null }, "dev": { "watch": "*" } },
        "fetch": { "command": "uvx", "args": ["mcp-server-fetch"], "cwd": "\${workspaceFolder}", "gallery": true },
        "gh": { "type": "http", "url": "https://api.githubcopilot.com/mcp/" },
      }
    }`,
    { servers: ['perplexity', 'fetch', 'gh'], remote: ['gh'] },
  ],
  [
    'Cline',
    'cline_mcp_settings.json',
    `{ "mcpServers": { "time": { "command": "uvx", "args": ["mcp-server-time"], "disabled": false, "alwaysAllow": ["now"],
       "autoApprove": [], "timeout": 60, "transportType": "stdio" }, "old": { "command": "x", "disabled": true } } }`,
    { servers: ['time'], disabled: ['old'] },
  ],
  [
    'Gemini CLI and Windsurf',
    'settings.json',
    `{ "selectedAuthType": "oauth", "mcpServers": {
       "a": { "command": "a", "trust": true, "includeTools": ["x"], "description": "d" },
       "b": { "httpUrl": "http://localhost:3000/mcp", "timeout": 5000 }, "c": { "serverUrl": "https://c.example/mcp" } } }`,
    { servers: ['a', 'b', 'c'], remote: ['b', 'c'] },
  ],
];
for (const [says, file, text, { servers, disabled = [], remote = [], warnings = 0 }] of files) {
  test(`the file of ${says} is taken as it is`, () => {
    const env = { K: '1', GITHUB_TOKEN: 't', KEY: 'k', TOKEN: 't' };
    const config = parseConfig(text, { file: resolve('shop', file), env, home: '/home/ada' });
    assert.deepEqual(
      config.servers.map(({ name }) => name),
      servers,
    );
    assert.deepEqual(config.disabled, disabled);
    assert.deepEqual(
      config.servers.flatMap(({ kind, name }) => (kind === 'remote' ? [name] : [])),
      remote,
    );
    assert.equal(config.warnings.length, warnings, JSON.stringify(config.warnings));
    for (const server of config.servers) {
      const { problem } = server;
      if (server.kind === 'process') assert.equal(server.cwd, resolve('shop'));
      if (!text.includes('${input:')) assert.equal(problem, undefined);
    }
  });
}

test('what VS Code would ask for fails that server alone, by name', () => {
  const text = files.find(([says]) => says === 'VS Code')?.[2] ?? '';
  const [first, second] = processes(parseConfig(text, { file: resolve('.vscode', 'mcp.json'), env: {} }));
  assert.match(first?.problem ?? '', /^"input:key".*\(servers\.perplexity\.env\.KEY\)$/);
  assert.deepEqual(first?.env, { KEY: '${input:key}', PORT: '8080' });
  assert.equal(second?.problem, undefined);
});
