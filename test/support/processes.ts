// Looks at the processes of this machine from outside, without the code under test.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Os, os as thisOs } from '../../src/platform/platform.ts';

export interface Found {
  readonly pid: number;
  readonly command: string;
}

/**
 * The living processes (zombies are not), other than this one, whose environment or command line contains `marker`.
 * `null` where that cannot be told: on Windows a process's environment cannot be read.
 */
export async function processesWith(marker: string, os: Os = thisOs): Promise<Found[] | null> {
  if (os === 'windows') return null;
  const found = os === 'linux' ? await fromProc(marker) : await fromPs(marker);
  return found.filter(({ pid }) => pid !== process.pid);
}

/** Whether a process lives; a zombie does not (Linux), it only waits to be collected. */
export async function isAlive(pid: number, os: Os = thisOs): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return os !== 'linux' || !isDead(await orNothing(readFile(`/proc/${pid}/stat`, 'latin1')));
}

async function fromProc(marker: string): Promise<Found[]> {
  // As bytes, since a path in an environment need not be UTF-8.
  const wanted = Buffer.from(marker).toString('latin1');
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async pid => {
      const [environment, command, stat] = await Promise.all(
        ['environ', 'cmdline', 'stat'].map(file => orNothing(readFile(`/proc/${pid}/${file}`, 'latin1'))),
      );
      if (!`${environment}\0${command}`.includes(wanted) || isDead(stat ?? '')) return [];
      return [{ pid: Number(pid), command: (command ?? '').replaceAll('\0', ' ').trim() }];
    }),
  );
  return found.flat();
}

async function fromPs(marker: string): Promise<Found[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axEww', '-o', 'pid=,state=,command='], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap(line => {
    const [, pid, state = '', command = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith('Z') || !command.includes(marker)
      ? []
      : [{ pid: Number(pid), command }];
  });
}

/** By `/proc/PID/stat`: gone, a zombie, or dead. The state follows the name, which may itself contain brackets. */
function isDead(stat: string): boolean {
  return stat === '' || /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Processes come and go while we look, and those of others may not be read: both give an empty text. */
async function orNothing(reading: Promise<string>): Promise<string> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}
