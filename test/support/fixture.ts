import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a fixture is started. */
export interface FixtureCommand {
  readonly command: string;
  readonly args: string[];
}

/** The path of a fixture server beside this file, compiled or not as this file is. Throws where there is none of that name. */
export function fixturePath(name: string): string {
  const own = fileURLToPath(import.meta.url);
  const path = fileURLToPath(new URL(`../fixtures/servers/${name}${extname(own)}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`no such fixture: ${path}`);
  return path;
}

/** The command of a fixture of `test/fixtures/servers/`, for a configuration or a spawn: `fixture('exits-on-nth-call', '2')`. */
export function fixture(name: string, ...args: readonly string[]): FixtureCommand {
  return { command: process.execPath, args: [fixturePath(name), ...args] };
}
