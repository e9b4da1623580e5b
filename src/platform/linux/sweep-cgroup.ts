import { readFileSync } from 'node:fs';
import { basename, normalize } from 'node:path/posix';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from '../signal.ts';
import { Cgroup } from './cgroup.ts';
import { type CgroupFiles, cgroupFiles, removeTree } from './cgroup-files.ts';
import { PREFIX } from './cgroups.ts';
import { cgroupMounts } from './find-cgroup.ts';
import { LEAF } from './home.ts';

export interface SweepTools {
  readonly files: CgroupFiles;
  readonly pid: number;
  mountinfo(): string;
  wait(ms: number): Promise<unknown>;
}

const realTools: SweepTools = {
  files: cgroupFiles,
  pid: process.pid,
  mountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
  wait: ms => sleep(ms),
};

/** The cgroup that a dead manager wrote down; null where the folder has gone, is none of a manager's, or we are in it ourselves. */
export function pastCgroup(folder: string, tools: SweepTools = realTools): Cgroup | null {
  const { files, pid } = tools;
  const name = basename(folder);
  const isManagers =
    name.startsWith(PREFIX) &&
    name !== LEAF &&
    normalize(folder) === folder &&
    cgroupMounts(tools.mountinfo()).some(({ at }) => folder.startsWith(`${at}/`));
  if (!isManagers || !files.has(folder)) return null;
  const cgroup = new Cgroup(files, folder);
  return cgroup.members().includes(pid) ? null : cgroup;
}

const POLL_MS = 20;
const VERIFY_MS = 2_000;

/** Ends what is left in a dead manager's cgroup, and removes it, if it is one. Resolves with the pids that it ended. */
export async function sweepCgroup(folder: string, tools: SweepTools = realTools): Promise<number[]> {
  const cgroup = pastCgroup(folder, tools);
  if (cgroup === null) return [];
  const found = new Set<number>();
  for (let waited = 0; ; waited += POLL_MS) {
    const members = cgroup.members();
    for (const pid of members) found.add(pid);
    const isGone = members.length === 0 && removeTree(tools.files, folder);
    if (isGone || waited >= VERIFY_MS) return [...found].filter(pid => !members.includes(pid));
    if (!cgroup.kill()) for (const pid of members) send(pid, 'SIGKILL');
    await tools.wait(POLL_MS);
  }
}
