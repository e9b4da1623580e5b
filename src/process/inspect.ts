import { os } from '../platform/platform.ts';
import { findProcess, isZombie } from '../platform/process-table.ts';

/** As far as a process can answer at all: `stopped` by a signal, or dead and not yet reaped. */
export type ProcessState = 'running' | 'stopped' | 'zombie';

/** Windows has neither stopped processes nor zombies. A process that is gone counts as running here: its exit is told elsewhere. */
export async function processState(pid: number): Promise<ProcessState> {
  if (os === 'windows') return 'running';
  const entry = await findProcess(pid);
  if (entry === null) return 'running';
  if (isZombie(entry)) return 'zombie';
  return entry.state === 'T' || entry.state === 't' ? 'stopped' : 'running';
}
