// The same numbers on every system: Node maps them to nice on POSIX and to priority classes on Windows.

import { constants, getPriority as getSystemPriority, setPriority as setSystemPriority } from 'node:os';

const { PRIORITY_LOW, PRIORITY_BELOW_NORMAL, PRIORITY_NORMAL, PRIORITY_ABOVE_NORMAL, PRIORITY_HIGH } =
  constants.priority;

/** Nice values of the priorities: 19, 10, 0, -7, -14. */
export const NICE = {
  idle: PRIORITY_LOW,
  belowNormal: PRIORITY_BELOW_NORMAL,
  normal: PRIORITY_NORMAL,
  aboveNormal: PRIORITY_ABOVE_NORMAL,
  high: PRIORITY_HIGH,
} as const;

export type Priority = keyof typeof NICE;

/** What a process of ours inherited when it began, once it has been given another priority; null as long as it has not. */
let inherited: number | null = null;

/**
 * Gives this process another priority. Processes that it starts later with priority `normal` keep what it had before.
 *
 * @returns the reason when the system refuses
 */
export function setOwnPriority(priority: Priority, set = setSystemPriority, get = getSystemPriority): string | null {
  if (priority === 'normal') return null;
  const before = get(process.pid);
  const refusal = attempt(() => set(process.pid, NICE[priority]));
  if (refusal === null) inherited ??= before;
  return refusal === null ? null : `our own priority could not be set to "${priority}": ${refusal}`;
}

/** The nice value of a priority for a new process; null where it keeps what it inherits. */
export function niceOf(priority: Priority): number | null {
  return priority === 'normal' ? inherited : NICE[priority];
}

/**
 * Gives a process that has just been started its priority, on POSIX; what it starts from then on inherits it. `normal` is what we
 * inherited ourselves. A process that has gone already counts as done.
 *
 * @returns a notice for people where the system refuses (raising it takes a right that few users have); the process runs all the same.
 */
export function applyPriority(pid: number, priority: Priority, set = setSystemPriority): string | null {
  const nice = niceOf(priority);
  if (nice === null) return null;
  const refusal = attempt(() => set(pid, nice));
  return refusal === null ? null : `its priority could not be set to "${priority}": ${refusal}`;
}

function attempt(set: () => void): string | null {
  try {
    set();
    return null;
  } catch (error) {
    // Node wraps the errno of this call in a SystemError.
    const info = (error as { info?: { code?: string; message?: string } }).info;
    if (info?.code === 'ESRCH') return null;
    if (info?.code === 'EACCES' || info?.code === 'EPERM') return info.message ?? info.code;
    throw error;
  }
}
