import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mib } from './figures.ts';

const HOST = fileURLToPath(new URL('./memory-host.js', import.meta.url));

/** Memory (RSS) of the manager's own process with few and many small servers; the servers' own is theirs. */
export async function memory(): Promise<string[]> {
  const lines: string[] = [];
  for (const count of [1, 10, 50]) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', HOST, String(count)]);
    const { before, after } = JSON.parse(stdout) as { before: number; after: number };
    lines.push(`${String(count).padStart(2)} servers: ${mib(after)} (${mib(before)} before the first)`);
  }
  return lines;
}
