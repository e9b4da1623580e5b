import { createHash } from 'node:crypto';

const MANAGER = 'manager';
/** Names that mean a device on Windows, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
const SAFE = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/**
 * The name of the file that a server's lines go to, without its ending; null is the manager itself. A name that some file system would
 * not tell from another, or would not take, is cut to what it takes, and told apart by a hash.
 */
export function logStem(server: string | null): string {
  if (server === null) return MANAGER;
  if (SAFE.test(server) && !DEVICE.test(server) && server !== MANAGER) return server;
  const hash = createHash('sha256').update(server).digest('hex').slice(0, 8);
  return `_${server
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40)}-${hash}`;
}

/** `files.log` is in use; `files.log.1` was put aside last, `files.log.2` before it. */
export const logFileName = (stem: string, age = 0): string => `${stem}.log${age === 0 ? '' : `.${age}`}`;

/** What a file of the folder is; null for what is none of ours. */
export function parseLogFileName(name: string): { readonly stem: string; readonly age: number } | null {
  const [, stem, age] = /^(.+)\.log(?:\.([1-9]\d{0,3}))?$/s.exec(name) ?? [];
  return stem === undefined ? null : { stem, age: Number(age ?? 0) };
}
