import type { StartSpec } from '../child.ts';
import type { ProcessGroup } from '../process-group.ts';
import { Handle, whileOpen } from './handle.ts';
import type { Job } from './job.ts';
import { JobGroup } from './job-group.ts';
import { type Kernel32, must, type Native } from './kernel32.ts';
import { RIGHTS, withProcess } from './process.ts';
import { createServerJob } from './server-job.ts';
import { descendantsOf } from './toolhelp.ts';
import { Win32Error } from './win32-error.ts';

/**
 * Puts a process that runs already into a job, with what it has started by now. The root goes first: what it starts from then on is
 * born in the job, so the search comes to an end.
 *
 * @throws Win32Error where the root may not be put there; nothing has been changed then
 */
export function sweepIntoJob(
  native: Native,
  pid: number,
  { priority, limits }: Pick<StartSpec, 'priority' | 'limits'>,
  why: string,
): ProcessGroup {
  const { kernel32 } = native;
  const job = createServerJob(native, priority, limits);
  try {
    const root = must(kernel32, 'OpenProcess', kernel32.OpenProcess(RIGHTS.assign, false, pid));
    whileOpen(new Handle(kernel32, root, `process ${pid}`), raw => job.assign(raw));
  } catch (error) {
    job[Symbol.dispose]();
    throw error;
  }
  const outside = sweep(kernel32, job, pid);
  return new JobGroup(kernel32, job, {
    level: outside.length === 0 ? 'swept' : 'partial',
    why: [why, ...outside].join('; '),
  });
}

/**
 * Looks again as long as a look finds somebody new, and returns what went wrong. One that refuses (it has made a job for itself and its own
 * children already, as Node does) is not asked twice.
 */
function sweep(kernel32: Kernel32, job: Job, root: number): string[] {
  const refused = new Set<number>();
  try {
    for (;;) {
      const members = new Set(job.members());
      const outside = descendantsOf(kernel32, root).filter(pid => !members.has(pid) && !refused.has(pid));
      if (outside.length === 0) return [...refused].map(pid => `process ${pid} could not be put into the job`);
      for (const pid of outside) if (!tryAssign(kernel32, job, pid)) refused.add(pid);
    }
  } catch (error) {
    // The root is in the job already, and to give that up would end it.
    if (error instanceof Win32Error) return [error.message];
    throw error;
  }
}

function tryAssign(kernel32: Kernel32, job: Job, pid: number): boolean {
  try {
    return withProcess(kernel32, pid, 'assign', raw => job.assign(raw)) !== null;
  } catch (error) {
    if (error instanceof Win32Error) return false;
    throw error;
  }
}
