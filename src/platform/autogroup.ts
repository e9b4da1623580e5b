// Linux only. With the scheduler's "autogroup" (on by default, on desktops above all) every session gets the same share of the
// processors, and nice weighs its processes only against each other. Our servers lead sessions of their own: without a word to
// the session their priority would mean nothing. `npm run bench priority` shows the difference.

import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface AutogroupTools {
  /** Opens the file for writing; it stands for this one process, also when its pid is given to another. */
  open(path: string): Promise<{ write(text: string): Promise<unknown>; close(): Promise<void> }>;
  wait(ms: number): Promise<unknown>;
}

const realTools: AutogroupTools = {
  open: path => open(path, 'r+'),
  wait: ms => sleep(ms, undefined, { ref: false }),
};

/** The kernel takes one such word in 100 ms from everybody who is not root, in the whole system. */
const PAUSE_MS = 110;
const MOST_TRIES = 100;

/**
 * Gives a session that was started for a server the weight of its nice value. Not for a session that is shared with others.
 *
 * @returns the reason where the system refuses; null also where there are no autogroups, or the process has gone. Never rejects.
 */
export async function weighSession(leader: number, nice: number, tools = realTools): Promise<string | null> {
  try {
    const file = await tools.open(`/proc/${leader}/autogroup`);
    try {
      for (let tries = 1; ; tries++) {
        const refusal = await attempt(() => file.write(String(nice)));
        if (refusal === null) return null;
        if (refusal.code !== 'EAGAIN' || tries === MOST_TRIES) throw refusal;
        await tools.wait(PAUSE_MS);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? null : message;
  }
}

async function attempt(write: () => Promise<unknown>): Promise<NodeJS.ErrnoException | null> {
  try {
    await write();
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
