// Windows without native code: the tree is ended by `taskkill /T`, which finds children only while their parents live.
// A child whose parent has gone before is neither seen nor ended: level `partial`. Job objects come with `win32.ts`.

import { execFile } from 'node:child_process';
import type { Containment, ProcessGroup } from './process-group.ts';

export const windowsContainment: Containment = {
  // Never `detached` here: such a child has no console, so that each console program it starts would open a window.
  spawnOptions: { detached: false, windowsHide: true },
  contain: pid => new TaskkillGroup(pid),
};

class TaskkillGroup implements ProcessGroup {
  readonly kind = 'taskkill';
  readonly level = 'partial';
  readonly #leader: number;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /** Windows has no signal to ask with: closing stdin was the request. */
  async terminate(): Promise<void> {}

  kill(): Promise<void> {
    return new Promise(resolve => {
      // A failure means that the leader is gone already or may not be ended; `members` tells which.
      execFile('taskkill', ['/PID', String(this.#leader), '/T', '/F'], { windowsHide: true }, () => resolve());
    });
  }

  async members(): Promise<number[]> {
    try {
      process.kill(this.#leader, 0);
      return [this.#leader];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return [];
      return [this.#leader];
    }
  }
}
