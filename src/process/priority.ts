import type { Priority } from '../config/types.ts';
import { setPriority } from '../platform/priority.ts';

/**
 * Gives a process that has just been started the priority of its server's configuration.
 *
 * @returns a notice for people where the system refuses; the server runs all the same.
 */
export function applyPriority(pid: number, priority: Priority, set = setPriority): string | null {
  if (priority === 'normal') return null;
  const refusal = set(pid, priority);
  return refusal === null ? null : `its priority could not be set to "${priority}": ${refusal}`;
}
