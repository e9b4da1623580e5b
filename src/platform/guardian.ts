import { os } from './platform.ts';
import { isShellThere } from './posix/gate.ts';
import { Guardian } from './posix/guardian.ts';

/** What watches over our servers' processes from outside, and ends them should we be killed. `why` says for people why there is none. */
export type Guard =
  | { readonly guardian: Guardian; readonly why: null }
  | { readonly guardian: null; readonly why: string; readonly isNeeded: boolean };

/** Starts one. `mark` is what the cookies of all our servers have in common. */
export async function startGuardian(mark: string): Promise<Guard> {
  if (os === 'windows') return { guardian: null, why: 'Windows ends the jobs of a process with it', isNeeded: false };
  if (!(await isShellThere())) return { guardian: null, why: 'there is no /bin/sh', isNeeded: true };
  try {
    return { guardian: await Guardian.start(mark), why: null };
  } catch (error) {
    return { guardian: null, why: `it could not be started (${String(error)})`, isNeeded: true };
  }
}

export type { Guardian };
