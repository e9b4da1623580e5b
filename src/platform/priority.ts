// The same numbers on every system: Node maps them to nice on POSIX and to priority classes on Windows.

import { constants, setPriority as setSystemPriority } from 'node:os';

const { PRIORITY_LOW, PRIORITY_BELOW_NORMAL, PRIORITY_ABOVE_NORMAL, PRIORITY_HIGH } = constants.priority;

/** Nice values of the priorities: 19, 10, -7, -14. `normal` is absent: there the process keeps what it inherits from us. */
export const NICE = {
  idle: PRIORITY_LOW,
  belowNormal: PRIORITY_BELOW_NORMAL,
  aboveNormal: PRIORITY_ABOVE_NORMAL,
  high: PRIORITY_HIGH,
} as const;

/**
 * Gives a process its priority; what it starts from then on inherits it. A process that has gone already counts as done.
 *
 * @returns the reason when the system refuses: raising it takes a right that few users have.
 */
export function setPriority(pid: number, priority: keyof typeof NICE, set = setSystemPriority): string | null {
  try {
    set(pid, NICE[priority]);
    return null;
  } catch (error) {
    // Node wraps the errno of this call in a SystemError.
    const info = (error as { info?: { code?: string; message?: string } }).info;
    if (info?.code === 'ESRCH') return null;
    if (info?.code === 'EACCES' || info?.code === 'EPERM') return info.message ?? info.code;
    throw error;
  }
}
