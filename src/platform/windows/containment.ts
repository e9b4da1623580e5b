// Windows, strongest first: `atomic` (born in its job), `swept` (put there at once), `partial` (`taskkill`).

import { type Child, type Containment, type Spawned, type StartSpec, spawnChild } from '../child.ts';
import { applyPriority } from '../priority.ts';
import { openWin32 } from '../win32.ts';
import { startAtomic } from './atomic.ts';
import { type Native, nativeWindows } from './kernel32.ts';
import { createdAt } from './process.ts';
import { sweepIntoJob } from './swept.ts';
import { TaskkillGroup } from './taskkill.ts';
import { Win32Error } from './win32-error.ts';

export const windowsContainment: Containment = {
  async start(spec) {
    const child = await startContained(nativeWindows(), spec);
    await spec.onBorn(child.pid, null);
    return child;
  },

  async restore({ pid, startedAt }) {
    const native = nativeWindows();
    // Without native calls nobody tells start times: the pid may have been given to anybody.
    if (native === null || pid === null || startedAt === null) return NOTHING;
    const hasExited = () => createdAt(native.kernel32, pid)?.toString() !== startedAt;
    if (hasExited()) return NOTHING;
    try {
      return sweepIntoJob(native, pid, { priority: 'normal' }, 'another manager has started it');
    } catch (error) {
      if (!(error instanceof Win32Error)) throw error;
      return new TaskkillGroup(pid, hasExited, error.message);
    }
  },
};

const NOTHING = new TaskkillGroup(0, () => true, 'it has ended');

async function startContained(native: Native | null, spec: StartSpec): Promise<Child> {
  if (native === null) return startPartial(spec, openWin32().why ?? 'there are no native calls');
  try {
    return await startAtomic(native, spec);
  } catch (error) {
    // Tried anew at each start: it may be this program (one of the Store, say) or this moment (a virus scanner), and not the system.
    if (!isAboutJobs(error)) throw error;
    return startSwept(native, spec, error.message);
  }
}

/** What an old Windows, or a job around us that forbids ours, answers. A program that may not be run gives the first of them too. */
function isAboutJobs(error: unknown): error is Win32Error {
  return error instanceof Win32Error && ABOUT_JOBS.has(error.win32Code);
}

/** ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED, ERROR_INVALID_PARAMETER. */
const ABOUT_JOBS: ReadonlySet<number> = new Set([5, 50, 87]);

async function startSwept(native: Native, spec: StartSpec, why: string): Promise<Child> {
  const child = await spawnHidden(spec);
  try {
    return { ...child, group: sweepIntoJob(native, child.pid, spec, why) };
  } catch (error) {
    if (!(error instanceof Win32Error)) throw error;
    return partial(child, error.message);
  }
}

async function startPartial(spec: StartSpec, why: string): Promise<Child> {
  return partial(await spawnHidden(spec), why);
}

function partial(child: Spawned, why: string): Child {
  return { ...child, group: new TaskkillGroup(child.pid, child.hasExited, why) };
}

/** Never `detached` here: such a child has no console, so that each console program it starts would open a window. */
async function spawnHidden(spec: StartSpec): Promise<Spawned> {
  const child = await spawnChild(spec, { windowsHide: true });
  const refusal = applyPriority(child.pid, spec.priority);
  if (refusal !== null) spec.onNotice(refusal);
  return child;
}
