import type { Code } from './catalogue.ts';

// Windows ends a process with an NTSTATUS of the error class (0xC…) where POSIX would send a signal.
// Names and values are those of Microsoft's list of NTSTATUS values.
const NTSTATUS: Readonly<Record<number, string>> = {
  3221225477: 'access violation',
  3221225495: 'not enough memory',
  3221225501: 'illegal instruction',
  3221225725: 'stack overflow',
  3221225773: 'out of virtual memory',
  3221225781: 'a DLL was not found',
  3221225785: 'a DLL has no such entry point',
  3221225786: 'ended by Ctrl-C',
  3221225794: 'a DLL could not be initialised',
  3221226505: 'stopped itself after a fatal error',
};

const CODE_OF_NTSTATUS: Readonly<Record<number, Code>> = {
  3221225495: 'RESOURCE_MEMORY', // 0xC0000017 STATUS_NO_MEMORY
  3221225773: 'RESOURCE_MEMORY', // 0xC000012D STATUS_COMMITMENT_LIMIT
  3221225794: 'RESOURCE_MEMORY', // 0xC0000142 STATUS_DLL_INIT_FAILED: the desktop heap is used up
  3221225781: 'PROCESS_DLL_MISSING', // 0xC0000135 STATUS_DLL_NOT_FOUND
  3221225785: 'PROCESS_DLL_MISSING', // 0xC0000139 STATUS_ENTRYPOINT_NOT_FOUND
};

// A shell that waits for a program ends with 128 + the number of the signal that ended the program.
const SIGNAL_OF_CODE: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL',
  134: 'SIGABRT',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

/** What an exit code of Windows' error class (0xC…, as signed or unsigned 32 bits) says by itself; `null` for all others. */
export function codeOfStatus(code: number): Code | null {
  return CODE_OF_NTSTATUS[code >>> 0] ?? null;
}

/** The signal that ended a process: its own, or the one that its exit code stands for. */
export function endingSignal(code: number | null, signal: string | null): string | null {
  return signal ?? (code === null ? null : (SIGNAL_OF_CODE[code] ?? null));
}

/** How a process ended, in words: `exit code 1`, `signal SIGKILL`, `exit code 0xC0000005, access violation`. */
export function describeExit(code: number | null, signal: string | null): string {
  if (signal !== null) return `signal ${signal}`;
  if (code === null) return 'no exit code';
  const status = code >>> 0;
  if (status >= 0xc0000000) {
    const name = NTSTATUS[status];
    return `exit code 0x${status.toString(16).toUpperCase()}${name === undefined ? '' : `, ${name}`}`;
  }
  const standsFor = SIGNAL_OF_CODE[code];
  return standsFor === undefined ? `exit code ${code}` : `exit code ${code}, which stands for ${standsFor}`;
}
