// Numbers of Windows' system errors, as winerror.h names them; those that Holdfast has met or explains.

const NAMES: Readonly<Record<number, string>> = {
  0: 'ERROR_SUCCESS',
  1: 'ERROR_INVALID_FUNCTION',
  2: 'ERROR_FILE_NOT_FOUND',
  3: 'ERROR_PATH_NOT_FOUND',
  4: 'ERROR_TOO_MANY_OPEN_FILES',
  5: 'ERROR_ACCESS_DENIED',
  6: 'ERROR_INVALID_HANDLE',
  8: 'ERROR_NOT_ENOUGH_MEMORY',
  14: 'ERROR_OUTOFMEMORY',
  18: 'ERROR_NO_MORE_FILES',
  24: 'ERROR_BAD_LENGTH',
  50: 'ERROR_NOT_SUPPORTED',
  87: 'ERROR_INVALID_PARAMETER',
  109: 'ERROR_BROKEN_PIPE',
  112: 'ERROR_DISK_FULL',
  122: 'ERROR_INSUFFICIENT_BUFFER',
  123: 'ERROR_INVALID_NAME',
  127: 'ERROR_PROC_NOT_FOUND',
  193: 'ERROR_BAD_EXE_FORMAT',
  206: 'ERROR_FILENAME_EXCED_RANGE',
  216: 'ERROR_EXE_MACHINE_TYPE_MISMATCH',
  225: 'ERROR_VIRUS_INFECTED',
  231: 'ERROR_PIPE_BUSY',
  234: 'ERROR_MORE_DATA',
  259: 'ERROR_NO_MORE_ITEMS',
  267: 'ERROR_DIRECTORY',
  740: 'ERROR_ELEVATION_REQUIRED',
  1260: 'ERROR_ACCESS_DISABLED_BY_POLICY',
  1314: 'ERROR_PRIVILEGE_NOT_HELD',
  1450: 'ERROR_NO_SYSTEM_RESOURCES',
  1455: 'ERROR_COMMITMENT_LIMIT',
  10055: 'WSAENOBUFS',
  10091: 'WSASYSNOTREADY',
  10092: 'WSAVERNOTSUPPORTED',
  10093: 'WSANOTINITIALISED',
  10106: 'WSAEPROVIDERFAILEDINIT',
};

/** The symbolic name of a system error; `ERROR_1234` where it has none here. */
const nameOfError = (number: number): string => NAMES[number] ?? `ERROR_${number}`;

/** A call that Windows refused. */
export class Win32Error extends Error {
  override readonly name = 'Win32Error';
  readonly syscall: string;
  /** What `GetLastError` gave. */
  readonly win32Code: number;

  constructor(syscall: string, win32Code: number) {
    super(`${syscall} failed with ${nameOfError(win32Code)} (${win32Code})`);
    this.syscall = syscall;
    this.win32Code = win32Code;
  }
}
