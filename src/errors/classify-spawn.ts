import type { Code } from './catalogue.ts';
import { HoldfastError } from './holdfast-error.ts';

/** An error of `child_process`, or of our own launcher. */
export interface SpawnFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly path?: string | undefined;
  /** The number from `GetLastError`, where our own launcher called `CreateProcessW`. */
  readonly win32Code?: number | undefined;
}

/** What was to be started. */
export interface SpawnContext {
  readonly server: string;
  readonly command: string;
  readonly cwd: string;
  /** Whether `cwd` is a folder that exists: the system reports its absence just as it does that of the command. */
  readonly cwdExists?: boolean | undefined;
}

interface Verdict {
  readonly code: Code;
  /** For the `{reason}` of the message; no path, no value. */
  readonly reason?: string;
}

const BY_ERRNO: Readonly<Record<string, Verdict>> = {
  ENOENT: { code: 'PROCESS_COMMAND_NOT_FOUND' },
  ENOTDIR: { code: 'PROCESS_COMMAND_NOT_FOUND' },
  EACCES: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'permission denied' },
  EPERM: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'not permitted' },
  EISDIR: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'it is a folder' },
  ELOOP: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'its links lead in a circle' },
  ENOEXEC: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'made for another system, or a script without its first line' },
  EFTYPE: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'made for another system' },
  E2BIG: { code: 'PROCESS_COMMAND_TOO_LONG' },
  ENAMETOOLONG: { code: 'PROCESS_COMMAND_TOO_LONG' },
  ERR_INVALID_ARG_VALUE: { code: 'PROCESS_COMMAND_UNSAFE' },
  EMFILE: { code: 'RESOURCE_FILES' },
  ENFILE: { code: 'RESOURCE_FILES' },
  EAGAIN: { code: 'RESOURCE_PROCESSES' },
  ENOMEM: { code: 'RESOURCE_MEMORY' },
  ENOSPC: { code: 'RESOURCE_DISK' },
};

// Windows' system error codes, as Microsoft lists them.
const BY_WIN32: Readonly<Record<number, Verdict>> = {
  2: { code: 'PROCESS_COMMAND_NOT_FOUND' }, // ERROR_FILE_NOT_FOUND
  3: { code: 'PROCESS_COMMAND_NOT_FOUND' }, // ERROR_PATH_NOT_FOUND
  4: { code: 'RESOURCE_FILES' }, // ERROR_TOO_MANY_OPEN_FILES
  5: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'permission denied' }, // ERROR_ACCESS_DENIED
  8: { code: 'RESOURCE_MEMORY' }, // ERROR_NOT_ENOUGH_MEMORY
  14: { code: 'RESOURCE_MEMORY' }, // ERROR_OUTOFMEMORY
  112: { code: 'RESOURCE_DISK' }, // ERROR_DISK_FULL
  193: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'not a program for this system' }, // ERROR_BAD_EXE_FORMAT
  206: { code: 'PROCESS_COMMAND_TOO_LONG' }, // ERROR_FILENAME_EXCED_RANGE
  216: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'made for another processor' }, // ERROR_EXE_MACHINE_TYPE_MISMATCH
  225: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'blocked by the virus scanner' }, // ERROR_VIRUS_INFECTED
  267: { code: 'PROCESS_CWD_MISSING' }, // ERROR_DIRECTORY
  740: { code: 'PROCESS_NOT_EXECUTABLE', reason: "it asks for an administrator's rights" }, // ERROR_ELEVATION_REQUIRED
  1260: { code: 'PROCESS_NOT_EXECUTABLE', reason: 'blocked by group policy' }, // ERROR_ACCESS_DISABLED_BY_POLICY
  1450: { code: 'RESOURCE_MEMORY' }, // ERROR_NO_SYSTEM_RESOURCES
  1455: { code: 'RESOURCE_MEMORY' }, // ERROR_COMMITMENT_LIMIT
};

/** Why a process could not be created. Never throws; what cannot be named is `PROCESS_SPAWN_FAILED`. */
export function classifySpawnError(error: SpawnFailure, context: SpawnContext): HoldfastError {
  const { server, command, cwd } = context;
  const { code, reason } = verdictOf(error, context);
  return new HoldfastError(code, {
    server,
    details: { command, cwd, reason, errno: error.code ?? error.win32Code, syscall: error.syscall },
    cause: error,
  });
}

function verdictOf(error: SpawnFailure, { command, cwdExists }: SpawnContext): Verdict {
  if (error.code === 'EINVAL' && /\.(?:cmd|bat)$/i.test(command)) {
    // Node refuses these since the fix of CVE-2024-27980.
    return { code: 'PROCESS_NOT_EXECUTABLE', reason: 'a batch file cannot be started directly' };
  }
  const known =
    (error.win32Code === undefined ? undefined : BY_WIN32[error.win32Code]) ??
    (error.code !== undefined && Object.hasOwn(BY_ERRNO, error.code) ? BY_ERRNO[error.code] : undefined);
  if (known === undefined) return { code: 'PROCESS_SPAWN_FAILED', reason: nameOf(error) };
  if (known.code === 'PROCESS_CWD_MISSING' && cwdExists === true) {
    // Windows says the same of a folder whose path has more than the 258 characters that it can work in.
    return { code: 'PROCESS_SPAWN_FAILED', reason: 'the path of its working folder is too long for Windows' };
  }
  return known.code === 'PROCESS_COMMAND_NOT_FOUND' && cwdExists === false ? { code: 'PROCESS_CWD_MISSING' } : known;
}

function nameOf(error: SpawnFailure): string {
  return error.code ?? (error.win32Code === undefined ? 'no reason given' : `Windows error ${error.win32Code}`);
}
