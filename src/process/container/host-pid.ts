import { readFile } from 'node:fs/promises';
import { os } from '../../platform/platform.ts';

/**
 * The pid of a container's first process where that is a process of this machine; null where the engine works elsewhere, be it in a
 * virtual machine: the number then is that of somebody else here.
 */
export async function hostPid(pid: number, containerId: string): Promise<number | null> {
  if (os !== 'linux') return null;
  try {
    return (await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId) ? pid : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
    throw error;
  }
}
