import type { HoldfastError } from '../errors/holdfast-error.ts';
import { limitFault } from '../health/limits.ts';
import type { Life } from '../process/launch.ts';
import type { GroupLimits } from '../process/usage.ts';

/** Why a process has ended, where that was the system, for a limit that it holds; null where it was not, or cannot be seen. */
export async function overrunOf(
  group: Pick<Life['group'], 'overrun'>,
  limits: GroupLimits,
  onNotice: (text: string) => void,
): Promise<HoldfastError | null> {
  try {
    const name = await group.overrun();
    return name === null ? null : limitFault(name, null, limits);
  } catch (error) {
    // Its exit is known; that it was for a limit would only say more.
    onNotice(`whether a limit has ended it could not be seen: ${String(error)}`);
    return null;
  }
}
