// Ctrl-C for a process that has a hidden console of its own. Whoever sends it must first leave its own console and join the other, for
// the whole process; so a helper does that, one second at most.

import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeWindows } from './kernel32.ts';
import { createdAt } from './process.ts';

const HELPER_MS = 1_000;

/**
 * Sends Ctrl-C to every program on the console of a process. Resolves when that has been done, or could not be: a process without a
 * console (a window program, or one that left its console) hears nothing, and the kill that follows ends it.
 */
export function askByConsole(pid: number): Promise<void> {
  const native = nativeWindows();
  const born = native === null ? null : createdAt(native.kernel32, pid);
  if (born === null) return Promise.resolve();
  const extension = extname(import.meta.url);
  const script = fileURLToPath(new URL(`./console-stop-helper${extension}`, import.meta.url));
  // A host that is Electron would start itself again instead of a Node.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
  return new Promise(resolve => {
    const options = { timeout: HELPER_MS, windowsHide: true, env };
    execFile(process.execPath, [script, String(pid), String(born)], options, () => resolve());
  });
}
