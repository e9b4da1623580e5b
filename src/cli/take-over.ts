import { setTimeout as delay } from 'node:timers/promises';
import { acquireLock, type Holder, type Lock, readHolder } from '../daemon/instance-lock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { selfIdentity } from '../platform/identity.ts';
import { type Cli, note } from './context.ts';
import { connectControl } from './control-client.ts';

/** The folder is free a moment after its holder's last server has ended. */
const POLL_MS = 50;
/** So often one that cannot be asked is looked at, 10 s in all: it may be about to listen, or to end. */
const LOOKS = 200;

/**
 * Takes the state folder for a manager that a person wants to see here. One that runs inside a `connect` is asked to hand over; it leaves
 * the folder to us alone, so that no other `connect` can come between, and clients wait for us as they wait for any manager.
 *
 * @throws HoldfastError PROCESS_MANAGER_RUNNING where one runs that is not inside a `connect`, or cannot be asked, or another `up` was
 * faster
 */
export async function takeFolder(
  cli: Pick<Cli, 'stderr'>,
  stateDir: string,
  configFile: string,
  looks = LOOKS,
): Promise<Lock> {
  let asked: Holder | null = null;
  let inVain = 0;
  for (;;) {
    try {
      const lock = await acquireLock(stateDir, { config: configFile });
      if (asked !== null) note(cli, `took over from holdfast connect (pid ${asked.pid}); its clients go on`);
      return lock;
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'PROCESS_MANAGER_RUNNING') throw error;
      const holder = await readHolder(stateDir);
      const standing = standingOf(holder, error.details.pid);
      if (standing === 'settled') throw error;
      const isNew = standing === 'guest' && holder !== null && (holder.pid !== asked?.pid || holder.at !== asked.at);
      if (isNew && ++inVain > looks) throw error;
      if (isNew && (await askToHandOver(stateDir, holder))) {
        inVain = 0;
        asked = holder;
        note(cli, `holdfast connect (pid ${holder.pid}) runs the servers, taking over…`);
      }
    }
    await delay(POLL_MS);
  }
}

/**
 * Whether the folder can be had from who holds it. `blocker`: the pid that was in the way a moment ago; where another is there now, it
 * has ended meanwhile, and the other may well be us, as its heir.
 */
export function standingOf(
  holder: Pick<Holder, 'pid' | 'isGuest'> | null,
  blocker: unknown,
): 'changing' | 'guest' | 'settled' {
  if (holder === null || holder.pid !== blocker) return 'changing';
  return holder.isGuest ? 'guest' : 'settled';
}

/** False where it cannot be asked yet, or any more. */
async function askToHandOver(stateDir: string, { pid }: Holder): Promise<boolean> {
  const client = await connectControl(stateDir);
  if (client?.holder.pid !== pid) return false;
  try {
    await client.shutdown(await selfIdentity());
    return true;
  } catch (error) {
    const isGone = error instanceof HoldfastError && error.category === 'connection';
    if (isGone) return false;
    throw error;
  }
}
