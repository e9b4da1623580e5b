import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { os } from './platform.ts';
import { nativeWindows } from './windows/kernel32.ts';
import { startBrokenAway } from './windows/start-broken-away.ts';

export interface DetachedOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where its stdout and stderr are appended; null for nowhere. */
  readonly logFile: string | null;
}

export interface Detached {
  readonly pid: number;
  /** Why it may end with us all the same, for people; null where it does not. */
  readonly notice: string | null;
}

/**
 * Starts a program that lives on when we, our terminal and whoever started us are gone. Nothing of ours is handed down to it but
 * the environment; its stdin is empty. Without native calls Windows cannot take it out of a job that we are in.
 *
 * @throws HoldfastError PROCESS_BACKGROUND_REFUSED
 */
export async function startDetached(
  file: string,
  args: readonly string[],
  options: DetachedOptions,
): Promise<Detached> {
  const native = os === 'windows' ? nativeWindows() : null;
  try {
    return native === null
      ? { pid: await startBySpawn(file, args, options), notice: null }
      : startBrokenAway(native, file, args, options);
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new HoldfastError('PROCESS_BACKGROUND_REFUSED', { details: { reason: code ?? message, file }, cause: error });
  }
}

async function startBySpawn(file: string, args: readonly string[], options: DetachedOptions): Promise<number> {
  const { cwd, logFile } = options;
  const log = logFile === null ? 'ignore' : openSync(logFile, 'a', 0o600);
  try {
    // POSIX: a session of its own, so that no signal of our terminal reaches it.
    const env = { ...options.env };
    const child = spawn(file, [...args], { cwd, env, detached: true, windowsHide: true, stdio: ['ignore', log, log] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    if (child.pid === undefined) throw new TypeError('a spawned process has a pid');
    return child.pid;
  } finally {
    if (log !== 'ignore') closeSync(log);
  }
}
