// To be allowed to make a folder proves nothing: processes may still not enter it, and old kernels cannot kill it. So one is made,
// entered and killed before any server relies on it.

import { Cgroup } from './cgroup.ts';
import { type CgroupFiles, codeOf, removeTree } from './cgroup-files.ts';
import type { Entered } from './enter-cgroup.ts';

export interface ProbeTools {
  readonly files: CgroupFiles;
  enter(folder: string): Promise<Entered | { readonly why: string }>;
  wait(ms: number): Promise<unknown>;
}

const POLL_MS = 5;
/** A killed process is gone within milliseconds; what takes longer than this cannot be relied on. */
const DIE_MS = 2_000;

/** Makes this cgroup, kills a process in it, and removes it. Resolves with null where all of that works, else with why not. */
export async function probeCgroup(folder: string, tools: ProbeTools): Promise<string | null> {
  const { files } = tools;
  try {
    files.makeFolder(folder);
  } catch (error) {
    return `the cgroup ${folder} cannot be made (${codeOf(error)})`;
  }
  const why = await tryIn(folder, tools);
  const isGone = await within(DIE_MS, tools, () => removeTree(files, folder));
  return why ?? (isGone ? null : `the cgroup ${folder} cannot be removed`);
}

async function tryIn(folder: string, tools: ProbeTools): Promise<string | null> {
  if (!tools.files.has(`${folder}/cgroup.kill`)) return 'this kernel has no cgroup.kill (Linux has it from 5.14 on)';
  const entered = await tools.enter(folder);
  if ('why' in entered) return `a process cannot enter the cgroup ${folder}: ${entered.why}`;
  try {
    return await killIn(new Cgroup(tools.files, folder), entered, tools);
  } finally {
    entered.end();
  }
}

async function killIn(cgroup: Cgroup, { ended }: Entered, tools: ProbeTools): Promise<string | null> {
  if (!cgroup.isPopulated()) return `the cgroup ${cgroup.folder} does not notice the process in it`;
  if (!cgroup.kill()) return `the cgroup ${cgroup.folder} cannot be killed`;
  let signal: NodeJS.Signals | null = null;
  void ended.then(by => {
    signal = by;
  });
  if (!(await within(DIE_MS, tools, () => signal === 'SIGKILL')))
    return `cgroup.kill did not end a process in ${cgroup.folder}`;
  // On new kernels a process leaves its cgroup a moment after its parent has heard.
  if (!(await within(DIE_MS, tools, () => !cgroup.isPopulated())))
    return `the cgroup ${cgroup.folder} does not notice that it is empty`;
  return null;
}

async function within(ms: number, { wait }: ProbeTools, condition: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (condition()) return true;
    await wait(POLL_MS);
  }
  return condition();
}
