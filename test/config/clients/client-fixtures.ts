// The files of test/fixtures/clients as each client would have them, and the world that they are read in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientFile, ClientId } from '../../../src/config/clients/client.ts';
import type { World } from '../../../src/config/clients/read.ts';
import { projectRoot } from '../../support/project-root.ts';
import { emptyDisk } from '../read.ts';

export const world: World = {
  os: 'linux',
  env: {},
  home: '/home/ada',
  cores: 8,
  disk: emptyDisk,
  main: '/opt/holdfast/main.js',
  ports: [4653],
};

export const place = (client: ClientId, project: string | null = null): ClientFile => ({
  client,
  file: project === null ? `/home/ada/${client}` : `${project}/${client}`,
  project,
});

export const fixtureText = (name: string): string =>
  readFileSync(join(projectRoot(), 'test', 'fixtures', 'clients', name), 'utf8');

/** Each client's file of a user, and two of a project. */
export const fixtures: readonly (readonly [from: ClientFile, name: string])[] = [
  [place('claude-desktop'), 'claude_desktop_config.json'],
  [place('claude-code'), 'claude.json'],
  [place('cursor'), 'cursor.json'],
  [place('vscode'), 'vscode.json'],
  [place('codex'), 'codex.toml'],
  [place('claude-code', '/home/ada/shop'), 'project/.mcp.json'],
  [place('vscode', '/home/ada/shop'), 'project/.vscode/mcp.json'],
];
