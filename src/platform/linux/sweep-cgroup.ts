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

const POLL_MS = 20;
const VERIFY_MS = 2_000;

/**
 * Ends what is left in a cgroup that a dead manager wrote down, and removes it. A folder that is no cgroup of a manager's, or that we
 * are in ourselves, is left alone. Resolves with the pids that it ended.
 */
export async function sweepCgroup(folder: string, tools: SweepTools = realTools): Promise<number[]> {
  if (!isManagers(folder, tools)) return [];
  const cgroup = new Cgroup(tools.files, folder);
  const found = new Set<number>();
  for (let waited = 0; ; waited += POLL_MS) {
    const members = cgroup.members();
    if (members.includes(tools.pid)) return [];
    for (const pid of members) found.add(pid);
    const isGone = members.length === 0 && removeTree(tools.files, folder);
    if (isGone || waited >= VERIFY_MS) return [...found].filter(pid => !members.includes(pid));
    if (!cgroup.kill()) for (const pid of members) send(pid, 'SIGKILL');
    await tools.wait(POLL_MS);
  }
}

function isManagers(folder: string, { files, mountinfo }: SweepTools): boolean {
  const name = basename(folder);
  return (
    name.startsWith(PREFIX) &&
    name !== LEAF &&
    normalize(folder) === folder &&
    cgroupMounts(mountinfo()).some(({ at }) => folder.startsWith(`${at}/`)) &&
    files.has(folder)
  );
}
