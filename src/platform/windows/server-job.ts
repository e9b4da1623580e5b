import { cpus } from 'node:os';
import type { Priority } from '../priority.ts';
import type { GroupLimits } from '../process-group.ts';
import { Job, LIMIT } from './job.ts';
import type { Native } from './kernel32.ts';
import { PRIORITY_CLASS } from './priority-class.ts';

/**
 * The job of one server. Whoever asks to leave it may (a browser or an updater would not start otherwise), but nobody leaves without
 * asking, as libuv's own job allows: that is how its grandchildren get away.
 *
 * A priority other than `normal` holds for every descendant: none climbs above it. With `normal` each may lower its own.
 *
 * @throws Win32Error
 */
export function createServerJob(native: Pick<Native, 'kernel32'>, priority: Priority, limits: GroupLimits = {}): Job {
  const flags = LIMIT.killOnJobClose | LIMIT.dieOnUnhandledException | LIMIT.breakawayOk;
  const job = new Job(native, priority === 'normal' ? { flags } : { flags, priorityClass: PRIORITY_CLASS[priority] });
  try {
    job.hold(limits, cpus().length);
    return job;
  } catch (error) {
    job[Symbol.dispose]();
    throw error;
  }
}
