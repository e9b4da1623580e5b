// Ctrl-C for processes that have a hidden console of their own. Whoever sends it must first leave its own console and join the other,
// for the whole process; so a helper does that, one second at most. Those that are asked at the same moment share one.

import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeWindows } from './kernel32.ts';
import { createdAt } from './process.ts';

const HELPER_MS = 1_000;
/** It takes a moment for each. */
const MOST_OF_ONE_HELPER = 16;

interface Asked {
  readonly pid: number;
  readonly born: bigint;
  readonly done: () => void;
}

let asked: Asked[] = [];

/**
 * Sends Ctrl-C to every program on the console of a process. Resolves when that has been done, or could not be: a process without a
 * console (a window program, or one that left its console) hears nothing, and the kill that follows ends it.
 */
export function askByConsole(pid: number): Promise<void> {
  const native = nativeWindows();
  const born = native === null ? null : createdAt(native.kernel32, pid);
  if (born === null) return Promise.resolve();
  return new Promise(resolve => {
    if (asked.length === 0) setImmediate(askAll);
    asked.push({ pid, born, done: resolve });
  });
}

function askAll(): void {
  const all = asked;
  asked = [];
  for (let from = 0; from < all.length; from += MOST_OF_ONE_HELPER) help(all.slice(from, from + MOST_OF_ONE_HELPER));
}

function help(some: readonly Asked[]): void {
  const script = fileURLToPath(new URL(`./console-stop-helper${extname(import.meta.url)}`, import.meta.url));
  const args = [script, ...some.map(({ pid, born }) => `${pid}:${born}`)];
  // A host that is Electron would start itself again instead of a Node.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
  execFile(process.execPath, args, { timeout: HELPER_MS, windowsHide: true, env }, () => {
    for (const { done } of some) done();
  });
}
