import { Job, LIMIT } from './job.ts';
import type { Native } from './kernel32.ts';
import { Win32Error } from './win32-error.ts';

/** Never closed: Windows closes it when this process ends, however it ends, and thereby ends all that is in it. */
let outer: Job | null = null;

/**
 * Puts this process into a job that ends with it, so that Windows ends everything we started, whatever becomes of us. To be done
 * before the first spawn; what runs already stays outside. Nobody may leave this job, so that those who left a server's are still here.
 *
 * @returns why it was refused; null when it is done
 */
export function joinOuterJob({ kernel32 }: Pick<Native, 'kernel32'>): string | null {
  if (outer !== null) return null;
  const job = new Job({ kernel32 }, { flags: LIMIT.killOnJobClose | LIMIT.dieOnUnhandledException });
  try {
    job.assign(kernel32.GetCurrentProcess());
    outer = job;
    return null;
  } catch (error) {
    job[Symbol.dispose]();
    // A job around us that is older than Windows 8, or one with limits on windows, cannot hold another.
    if (error instanceof Win32Error) return error.message;
    throw error;
  }
}
