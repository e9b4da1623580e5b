import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Detached, DetachedOptions } from '../start-detached.ts';
import type { RawHandle } from '../win32.ts';
import { commandLine } from './command-line.ts';
import { CREATE_BREAKAWAY_FROM_JOB, createProcess } from './create-process.ts';
import { Handle, whileOpen } from './handle.ts';
import { type Kernel32, must, type Native } from './kernel32.ts';
import { isInJob } from './process.ts';
import { Win32Error } from './win32-error.ts';

const ERROR_ACCESS_DENIED = 5;

/** What libuv asks for to append to a file: FILE_GENERIC_WRITE without FILE_WRITE_DATA, so that every write goes to the end. */
const APPEND = 0x120114;
const GENERIC_READ = 0x80000000;
const GENERIC_WRITE = 0x40000000;
/** FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE: others may read the log, and move it away. */
const SHARE_ALL = 0x7;
const OPEN_EXISTING = 3;
const OPEN_ALWAYS = 4;

/**
 * Starts a program outside every job that we are in, with a console of its own that nobody sees: without one, each console program
 * that it starts would open a window, which is what `detached` of `child_process` leads to.
 *
 * @throws Win32Error · HoldfastError where a job that we are in lets nobody go
 */
export function startBrokenAway(
  native: Native,
  file: string,
  args: readonly string[],
  { env, cwd, logFile }: DetachedOptions,
): Detached {
  const { kernel32 } = native;
  const nothing = openFile(kernel32, 'NUL', GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
  return whileOpen(nothing, nul => {
    const start = (log: RawHandle) =>
      created(native, {
        file,
        commandLine: commandLine(file, args),
        env,
        cwd,
        // As ours is.
        priorityClass: 0,
        stdio: [nul, log, log],
        job: null,
        flags: CREATE_BREAKAWAY_FROM_JOB,
      });
    return logFile === null ? start(nul) : whileOpen(openFile(kernel32, logFile, APPEND, OPEN_ALWAYS), start);
  });
}

function created(native: Native, what: Parameters<typeof createProcess>[1]): Detached {
  try {
    const { pid, process } = createProcess(native, what);
    // It has left the nearest job, and those around it only up to the first that lets nobody go.
    const isHeld = whileOpen(process, raw => isInJob(native.kernel32, raw));
    return { pid, notice: isHeld ? 'it is still in a job of what started it, and may be ended with that' : null };
  } catch (error) {
    const isDenied = error instanceof Win32Error && error.win32Code === ERROR_ACCESS_DENIED;
    if (!isDenied || !isInJob(native.kernel32, native.kernel32.GetCurrentProcess())) throw error;
    throw new HoldfastError('PROCESS_BACKGROUND_REFUSED', {
      details: { reason: 'the job that this terminal or service runs in lets no process go', file: what.file },
      hint: 'it would end with what you started it from: start it from a terminal of its own or as a scheduled task, or run "holdfast up" in the foreground',
      isHintOpen: true,
      cause: error,
    });
  }
}

function openFile(kernel32: Kernel32, name: string, access: number, how: number): Handle {
  const raw = kernel32.CreateFileW(name, access >>> 0, SHARE_ALL, null, how, 0, 0);
  return new Handle(kernel32, must(kernel32, 'CreateFileW', raw), name);
}
