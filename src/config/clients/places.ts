import { posix, win32 } from 'node:path';
import type { Os } from '../../platform/platform.ts';
import type { Environment } from '../context.ts';
import type { ClientFile, ClientId } from './client.ts';

/** Where clients keep their servers: those of this user, and those of the project in `cwd`. Nothing is asked of the disk. */
export function clientFiles(where: {
  readonly os: Os;
  readonly env: Environment;
  readonly home: string;
  readonly cwd: string;
}): ClientFile[] {
  const { os, env, home, cwd } = where;
  const { join, isAbsolute } = os === 'windows' ? win32 : posix;
  const named = (name: string): string | undefined => (isAbsolute(env[name] ?? '') ? env[name] : undefined);
  const programs = {
    windows: () => named('APPDATA') ?? join(home, 'AppData', 'Roaming'),
    macos: () => join(home, 'Library', 'Application Support'),
    linux: () => named('XDG_CONFIG_HOME') ?? join(home, '.config'),
  }[os]();
  const user = (client: ClientId, ...path: string[]): ClientFile => ({ client, file: join(...path), project: null });
  const project = (client: ClientId, ...path: string[]): ClientFile => ({
    client,
    file: join(cwd, ...path),
    project: cwd,
  });
  const desktop = ['Claude', 'claude_desktop_config.json'];
  const packages = join(named('LOCALAPPDATA') ?? join(home, 'AppData', 'Local'), 'Packages');
  const files = [
    user('claude-desktop', programs, ...desktop),
    // What Windows shows to the program in place of that, where it was installed as a package (since 2026 it is).
    ...(os === 'windows'
      ? [user('claude-desktop', packages, 'Claude_pzs8sxrjxfjjc', 'LocalCache', 'Roaming', ...desktop)]
      : []),
    user('claude-code', named('CLAUDE_CONFIG_DIR') ?? home, '.claude.json'),
    project('claude-code', '.mcp.json'),
    user('cursor', home, '.cursor', 'mcp.json'),
    project('cursor', '.cursor', 'mcp.json'),
    user('vscode', programs, 'Code', 'User', 'mcp.json'),
    user('vscode', programs, 'Code - Insiders', 'User', 'mcp.json'),
    project('vscode', '.vscode', 'mcp.json'),
    user('codex', named('CODEX_HOME') ?? join(home, '.codex'), 'config.toml'),
    project('codex', '.codex', 'config.toml'),
  ];
  // In the home folder the file of the project is that of the user.
  return files.filter(({ file }, index) => files.findIndex(other => other.file === file) === index);
}
