import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFiles } from '../../../src/config/clients/places.ts';

const names = (where: Parameters<typeof clientFiles>[0]): string[] =>
  clientFiles(where).map(({ client, file, project }) => `${project === null ? '' : 'project '}${client} ${file}`);

const ofProject = (separator: string, cwd: string): string[] =>
  [
    'project claude-code CWD/.mcp.json',
    'project cursor CWD/.cursor/mcp.json',
    'project vscode CWD/.vscode/mcp.json',
    'project codex CWD/.codex/config.toml',
  ].map(line => line.replaceAll('/', separator).replace('CWD', cwd));

const rest = (files: readonly string[], project: readonly string[]): string[] =>
  files.filter(file => !project.includes(file));

test('on Linux files are in the configuration folder and in the home folder', () => {
  const files = names({ os: 'linux', env: {}, home: '/home/ada', cwd: '/shop' });
  const project = ofProject('/', '/shop');
  assert.deepEqual(rest(files, project), [
    'claude-desktop /home/ada/.config/Claude/claude_desktop_config.json',
    'claude-code /home/ada/.claude.json',
    'cursor /home/ada/.cursor/mcp.json',
    'vscode /home/ada/.config/Code/User/mcp.json',
    'vscode /home/ada/.config/Code - Insiders/User/mcp.json',
    'codex /home/ada/.codex/config.toml',
  ]);
  assert.equal(files.length, 10);
});

test('on Windows they are in the roaming folder, and of a packaged Claude where Windows keeps it', () => {
  const env = { APPDATA: 'C:\\Users\\Ada\\AppData\\Roaming', LOCALAPPDATA: 'D:\\Local' };
  const files = names({ os: 'windows', env, home: 'C:\\Users\\Ada', cwd: 'C:\\shop' });
  assert.deepEqual(rest(files, ofProject('\\', 'C:\\shop')), [
    'claude-desktop C:\\Users\\Ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
    'claude-desktop D:\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
    'claude-code C:\\Users\\Ada\\.claude.json',
    'cursor C:\\Users\\Ada\\.cursor\\mcp.json',
    'vscode C:\\Users\\Ada\\AppData\\Roaming\\Code\\User\\mcp.json',
    'vscode C:\\Users\\Ada\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json',
    'codex C:\\Users\\Ada\\.codex\\config.toml',
  ]);
});

test('on macOS they are in the library, and where variables say so elsewhere', () => {
  const env = { CODEX_HOME: '/work/codex', CLAUDE_CONFIG_DIR: '/work/claude', XDG_CONFIG_HOME: '/ignored' };
  const files = names({ os: 'macos', env, home: '/Users/ada', cwd: '/shop' });
  assert.deepEqual(rest(files, ofProject('/', '/shop')), [
    'claude-desktop /Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
    'claude-code /work/claude/.claude.json',
    'cursor /Users/ada/.cursor/mcp.json',
    'vscode /Users/ada/Library/Application Support/Code/User/mcp.json',
    'vscode /Users/ada/Library/Application Support/Code - Insiders/User/mcp.json',
    'codex /work/codex/config.toml',
  ]);
});

test('in the home folder no file is named twice', () => {
  const files = names({ os: 'linux', env: {}, home: '/home/ada', cwd: '/home/ada' });
  assert.deepEqual(
    files.filter(file => file.includes('.cursor')),
    ['cursor /home/ada/.cursor/mcp.json'],
  );
});
