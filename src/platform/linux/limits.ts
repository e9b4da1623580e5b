// Limits that a cgroup holds itself. They take controllers, and a cgroup hands those on only while no process is in it but in the
// cgroups below (cgroups(7), "no internal processes"); the root alone may do both, but that is not ours to divide.

import type { GroupLimits, LimitName } from '../process-group.ts';
import type { CgroupSetup } from './cgroup.ts';
import { type CgroupFiles, codeOf } from './cgroup-files.ts';
import { OWN_SCOPE } from './find-cgroup.ts';

export const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** The cgroup that the manager was started in, as it is now. */
export interface Home {
  readonly folder: string;
  readonly isRoot: boolean;
  /** What it may hand on, and what it does hand on. */
  readonly controllers: readonly string[];
  readonly enabled: readonly string[];
  readonly members: readonly number[];
  /** The manager and its descendants. */
  readonly ours: ReadonlySet<number>;
}

export interface Plan {
  /** The manager and its descendants go into a leaf of their own first. */
  readonly move: boolean;
  readonly enable: readonly Controller[];
  /** Those that a server's cgroup can then have. */
  readonly give: readonly Controller[];
  /** Why not all. */
  readonly why: string | null;
}

/** What it takes for limits, without taking anything from others. */
export function planLimits(home: Home): Plan {
  const offered = CONTROLLERS.filter(name => home.controllers.includes(name));
  const ready = CONTROLLERS.filter(name => home.enabled.includes(name));
  const enable = offered.filter(name => !ready.includes(name));
  const lacking = CONTROLLERS.filter(name => !offered.includes(name) && !ready.includes(name));
  const why = lacking.length > 0 ? `the cgroup ${home.folder} has not been given ${lacking.join(', ')}` : null;
  if (enable.length === 0) return { move: false, enable, give: ready, why };
  const obstacle = obstacleIn(home);
  if (obstacle === null) return { move: home.members.length > 0, enable, give: [...ready, ...enable], why };
  return { move: false, enable: [], give: ready, why: `${obstacle}; ${OWN_SCOPE}` };
}

function obstacleIn({ folder, isRoot, members, ours }: Home): string | null {
  if (isRoot) return `the manager is in the root cgroup ${folder}, which it must not divide`;
  const stranger = members.find(pid => !ours.has(pid));
  return stranger === undefined ? null : `the manager shares the cgroup ${folder} with process ${stranger}`;
}

const MIB = 2 ** 20;
/** `pids.max` counts threads. So it is no limit of processes, but it stops a fork bomb between two looks at their number. */
const THREADS_A_PROCESS = 1_024;
const CPU_PERIOD_US = 100_000;

/** Writes the limits into a cgroup that has these controllers, before anybody is in it. */
export function setLimits(
  files: CgroupFiles,
  folder: string,
  limits: GroupLimits,
  { give, why }: Pick<Plan, 'give' | 'why'>,
): CgroupSetup {
  const { memoryMb, processes, cpuPercent } = limits;
  const holds: LimitName[] = [];
  const refusals: string[] = [];
  const set = (file: string, value: number | string): boolean => {
    try {
      files.write(`${folder}/${file}`, String(value));
      return true;
    } catch (error) {
      refusals.push(`${file} cannot be set (${codeOf(error)})`);
      return false;
    }
  };
  const needs = (controller: Controller, limit: number | undefined): limit is number => {
    if (limit === undefined) return false;
    const isGiven = give.includes(controller);
    if (!isGiven && why !== null && !refusals.includes(why)) refusals.push(why);
    return isGiven;
  };

  if (needs('memory', memoryMb) && set('memory.max', memoryMb * MIB)) {
    holds.push('memory');
    // All or none: a server that lost one of its processes is worse than one that is started afresh.
    set('memory.oom.group', 1);
    // A kernel without swap has no such file. Else the limit would only move memory to the disk.
    if (files.has(`${folder}/memory.swap.max`)) set('memory.swap.max', 0);
  }
  if (needs('cpu', cpuPercent) && set('cpu.max', `${Math.round((cpuPercent / 100) * CPU_PERIOD_US)} ${CPU_PERIOD_US}`))
    holds.push('cpu');
  if (needs('pids', processes)) set('pids.max', processes * THREADS_A_PROCESS);
  return { holds, why: refusals.length > 0 ? refusals.join('; ') : null };
}
