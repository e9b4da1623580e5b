import { randomUUID } from 'node:crypto';
import type { Containment } from './child.ts';
import { Cgroups } from './linux/cgroups.ts';
import { sweepCgroup } from './linux/sweep-cgroup.ts';
import { os } from './platform.ts';
import { posixContainment } from './posix.ts';
import { windowsContainment } from './windows/containment.ts';

export type { Cgroups };

/** Where a manager's servers get their cgroups; null where the system has none, or where HOLDFAST_NO_CGROUP forbids them. `mark` names the manager. */
export const openCgroups = (mark: string): Cgroups | null =>
  os === 'linux' && process.env.HOLDFAST_NO_CGROUP !== '1' ? new Cgroups(mark) : null;

/** Why a manager that is started here would have no cgroups; null where it would. Makes one and removes it. */
export async function whyNoCgroups(): Promise<string | null> {
  const cgroups = openCgroups(`doctor-${randomUUID()}`);
  if (cgroups === null) return os === 'linux' ? 'HOLDFAST_NO_CGROUP=1 turns them off' : 'only Linux has them';
  const cgroup = await cgroups.make('probe');
  cgroup?.[Symbol.dispose]();
  cgroups[Symbol.dispose]();
  return cgroup === null ? cgroups.why : null;
}

/** Removes the cgroups of a manager that is dead. */
export const sweepCgroups = async (folder: string): Promise<void> => {
  if (os === 'linux') await sweepCgroup(folder);
};

/** The strongest containment that this platform gives. */
export const containment: Containment = os === 'windows' ? windowsContainment : posixContainment;
