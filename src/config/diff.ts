import { isDeepStrictEqual } from 'node:util';
import type { Config, ServerConfig } from './types.ts';

/** What a new configuration changes; servers by name, in the order of the new one, those that are gone in that of the old. */
export interface ConfigDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  /** Keys that only a new start of the manager takes up. */
  readonly needsRestart: readonly string[];
}

/** Read once, when a manager starts: the port is bound, the look-ups are done, the process has its priority. */
const READ_ONCE = ['gateway', 'network', 'concurrentStarts', 'priority', 'telemetry', 'logs'] as const;

export function diffConfig(before: Config, after: Config): ConfigDiff {
  const old = new Map(before.servers.map(server => [server.name, server]));
  const names = new Set(after.servers.map(({ name }) => name));
  const of = (isOf: (known: ServerConfig | undefined, server: ServerConfig) => boolean): string[] =>
    after.servers.filter(server => isOf(old.get(server.name), server)).map(({ name }) => name);
  return {
    added: of(known => known === undefined),
    removed: [...old.keys()].filter(name => !names.has(name)),
    changed: of((known, server) => known !== undefined && !isSameServer(known, server)),
    unchanged: of((known, server) => known !== undefined && isSameServer(known, server)),
    needsRestart: READ_ONCE.filter(key => !isDeepStrictEqual(before[key], after[key])).map(key => `holdfast.${key}`),
  };
}

/** Whether a server would run the same: where in the file it stands makes no difference. */
export function isSameServer({ at: _, ...a }: ServerConfig, { at: __, ...b }: ServerConfig): boolean {
  return isDeepStrictEqual(a, b);
}
