import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { withNothingLeft } from './leak-check.ts';

/** A line of a log: so many seconds after noon, with a text, and a server where one is named. */
export function lineAt(second: number, msg: string, more: Readonly<Record<string, unknown>> = {}): string {
  const time = new Date(Date.UTC(2026, 0, 1, 12) + second * 1_000).toISOString();
  return `${JSON.stringify({ level: 'info', time, channel: 'lifecycle', ...more, msg })}\n`;
}

/** A folder of log files for a test to fill. */
export async function logFolderOf(t: TestContext) {
  const folder = join((await withNothingLeft(t)).folder, 'logs');
  mkdirSync(folder);
  return {
    folder,
    write: (name: string, ...lines: readonly string[]) => writeFileSync(join(folder, name), lines.join('')),
    append: (name: string, ...lines: readonly string[]) => appendFileSync(join(folder, name), lines.join('')),
    rename: (from: string, to: string) => renameSync(join(folder, from), join(folder, to)),
  };
}
