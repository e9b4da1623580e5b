import path from 'node:path';
import type { FileAccess } from '../../../src/process/resolve/files.ts';

/** A Windows disk in memory: paths to texts, any case. A text that starts with `-> ` is a link or alias. */
export function windowsDisk(contents: Readonly<Record<string, string>>): FileAccess {
  const key = (file: string): string => path.win32.normalize(file).toLowerCase().replace(/\\$/, '');
  const files = new Map(Object.entries(contents).map(([file, text]) => [key(file), text]));
  const names = new Map<string, Set<string>>();
  for (const file of Object.keys(contents)) {
    for (let at = path.win32.normalize(file); path.win32.dirname(at) !== at; at = path.win32.dirname(at)) {
      const folder = key(path.win32.dirname(at));
      names.set(folder, (names.get(folder) ?? new Set()).add(path.win32.basename(at)));
    }
  }
  return {
    kind: async file => (files.has(key(file)) ? 'file' : names.has(key(file)) ? 'directory' : undefined),
    isExecutable: async () => true,
    readText: async (file, bytes) => files.get(key(file))?.slice(0, bytes),
    list: async folder => [...(names.get(key(folder)) ?? [])],
    realPath: async file => (files.has(key(file)) ? file : undefined),
    linkTarget: async file => /^-> (.*)$/.exec(files.get(key(file)) ?? '')?.[1],
  };
}
