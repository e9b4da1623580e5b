// Windows without native code: the tree is ended by `taskkill /T`, which finds children only while their parents live.
// A child whose parent has gone before is neither seen nor ended: level `partial`. What it uses is not told.

import { execFile, spawnSync } from 'node:child_process';
import { win32 } from 'node:path';
import type { ProcessGroup } from '../process-group.ts';

export class TaskkillGroup implements ProcessGroup {
  readonly kind = 'taskkill';
  readonly level = 'partial';
  readonly holds = [];
  readonly why: string;
  readonly #leader: number;
  /** Windows is quick to give a pid to somebody else: after the leader's exit nothing is looked for, or ended, by its number. */
  readonly #hasExited: () => boolean;

  constructor(leader: number, hasExited: () => boolean, why: string) {
    this.#leader = leader;
    this.#hasExited = hasExited;
    this.why = why;
  }

  /** Windows has no signal to ask with: closing stdin was the request. */
  async terminate(): Promise<void> {}

  kill(): Promise<void> {
    if (this.#hasExited()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      execFile(taskkill(), ['/PID', String(this.#leader), '/T', '/F'], { windowsHide: true }, error => {
        try {
          // Without taskkill (a trimmed system), or where it may not look at the tree, at least the leader is ended.
          if (error !== null && !this.#hasExited()) end(this.#leader);
          resolve();
        } catch (failure) {
          reject(failure);
        }
      });
    });
  }

  signalNow(what: 'terminate' | 'kill'): void {
    if (what === 'terminate' || this.#hasExited()) return;
    const { status } = spawnSync(taskkill(), ['/PID', String(this.#leader), '/T', '/F'], { windowsHide: true });
    if (status !== 0) end(this.#leader);
  }

  async members(): Promise<number[]> {
    return this.#hasExited() ? [] : [this.#leader];
  }

  async usage(): Promise<null> {
    return null;
  }

  async overrun(): Promise<null> {
    return null;
  }

  [Symbol.dispose](): void {}
}

/** By its path: a bare name would first be looked for in the folder that we run in, which may be anybody's project. */
function taskkill(): string {
  return win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it ended by itself meanwhile. EPERM: it will show among the survivors.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
