import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { Disk } from '../../src/config/context.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Config, ProcessServer } from '../../src/config/types.ts';
import { ConfigError } from '../../src/errors/config-error.ts';

/** A disk without any file. */
export const emptyDisk: Disk = {
  readText: () => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  },
  isFile: () => false,
};

/** The name that `read` gives its text. */
export const file = resolve('shop', 'holdfast.json');

export function read(text: string, disk = emptyDisk, env: Readonly<Record<string, string>> = {}) {
  return parseConfig(text, { file, env, home: '/home/ada', cores: 8, disk });
}

/** The servers that run here. */
export const processes = ({ servers }: Pick<Config, 'servers'>): ProcessServer[] =>
  servers.filter(server => server.kind === 'process');

/** One entry of `mcpServers` in a line of its own, the second, so that its columns are easy to count. */
export const line = (entry: string): string => `{ "mcpServers": {\n${entry}\n} }`;

/** `line:column key: message` of every mistake. */
export function mistakesOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.issues.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`);
  }
  return [];
}

/** The same of every warning. */
export function warningsOf(text: string, disk = emptyDisk): string[] {
  return read(text, disk).warnings.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`);
}
