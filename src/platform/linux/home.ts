import { listProcesses, type ProcessEntry } from '../process-table.ts';
import { parsePids } from './cgroup.ts';
import { type CgroupFiles, codeOf } from './cgroup-files.ts';
import { type Controller, type Home, type Plan, planLimits } from './limits.ts';

/** The leaf that the manager moves into, beside its servers. */
export const LEAF = 'holdfast-manager';

export interface HomeTools {
  readonly files: CgroupFiles;
  readonly pid: number;
  listProcesses(): Promise<Pick<ProcessEntry, 'pid' | 'ppid'>[]>;
}

export const homeTools = { pid: process.pid, listProcesses };

/** What can be given to the cgroups of servers from now on. */
export interface Division extends Pick<Plan, 'give' | 'why'> {
  /** Undoes it, as far as nobody else relies on it. */
  undo(): void;
}

/** Makes the cgroup `folder` hand on controllers to `parent` in it, and that to its own, as far as that is ours to do. */
export async function divide(folder: string, parent: string, tools: HomeTools): Promise<Division> {
  const { files } = tools;
  const undos: (() => void)[] = [];
  const undo = () => undoAll(undos);
  const refusals: string[] = [];
  const handsOn = (where: string, name: Controller): boolean => {
    try {
      files.write(`${where}/cgroup.subtree_control`, `+${name}`);
      return true;
    } catch (error) {
      refusals.push(`the cgroup ${where} cannot hand on ${name} (${codeOf(error)})`);
      return false;
    }
  };
  try {
    const plan = planLimits(await lookAt(folder, tools));
    if (plan.move) {
      undos.push(() => leaveLeaf(files, folder));
      enterLeaf(files, folder);
    }
    const enabled = plan.enable.filter(name => handsOn(folder, name));
    undos.push(() => {
      for (const name of enabled) files.write(`${folder}/cgroup.subtree_control`, `-${name}`);
    });
    if (enabled.length === 0) undo();
    const isThere = (name: Controller) => !plan.enable.includes(name) || enabled.includes(name);
    const give = plan.give.filter(name => isThere(name) && handsOn(parent, name));
    const why = [plan.why, ...refusals].filter(text => text !== null).join('; ');
    return { give, why: why === '' ? null : why, undo };
  } catch (error) {
    undo();
    return { give: [], why: `the cgroup ${folder} cannot be divided (${codeOf(error)})`, undo };
  }
}

async function lookAt(folder: string, { files, pid, listProcesses }: HomeTools): Promise<Home> {
  const words = (file: string) => files.read(`${folder}/${file}`).trim().split(' ').filter(Boolean);
  const members = parsePids(files.read(`${folder}/cgroup.procs`));
  const processes = await listProcesses();
  const living = new Set(processes.map(process => process.pid));
  return {
    folder,
    isRoot: !files.has(`${folder}/cgroup.events`),
    controllers: words('cgroup.controllers'),
    enabled: words('cgroup.subtree_control'),
    // A child that has ended meanwhile is no stranger; a 0 is one, outside of our pid namespace.
    members: members.filter(member => member === 0 || living.has(member)),
    ours: descendants(pid, processes),
  };
}

function descendants(root: number, processes: readonly Pick<ProcessEntry, 'pid' | 'ppid'>[]): ReadonlySet<number> {
  const found = new Set([root]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { pid, ppid } of processes) if (found.has(ppid)) found.add(pid);
  }
  return found;
}

/** Whoever forks meanwhile leaves a child behind, hence again. */
const MOST_ROUNDS = 10;

function moveAll(files: CgroupFiles, from: string, to: string): void {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const members = parsePids(files.read(`${from}/cgroup.procs`));
    if (members.length === 0) return;
    for (const pid of members) {
      try {
        files.write(`${to}/cgroup.procs`, String(pid));
      } catch (error) {
        if (codeOf(error) !== 'ESRCH') throw error;
      }
    }
  }
}

function enterLeaf(files: CgroupFiles, home: string): void {
  const leaf = `${home}/${LEAF}`;
  if (!files.has(leaf)) files.makeFolder(leaf);
  moveAll(files, home, leaf);
}

function leaveLeaf(files: CgroupFiles, home: string): void {
  const leaf = `${home}/${LEAF}`;
  if (!files.has(leaf)) return;
  moveAll(files, leaf, home);
  files.removeFolder(leaf);
}

/** The last first, up to one that cannot be undone. */
function undoAll(undos: (() => void)[]): void {
  try {
    for (const undo of undos.splice(0).reverse()) undo();
  } catch (error) {
    // Another manager in this process has servers there, or we may not go back. It stays as it is, and goes with the scope.
    if (!['EBUSY', 'ENOTEMPTY', 'ENOENT', 'EACCES', 'EPERM'].includes(codeOf(error))) throw error;
  }
}
