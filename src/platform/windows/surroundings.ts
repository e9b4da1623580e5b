// What Windows tells of this process's surroundings: code pages, long paths, the job that we are in, our rights. It only asks.

import { openWin32, type RawHandle, type Win32 } from '../win32.ts';
import { Handle, whileOpen } from './handle.ts';
import { LIMIT } from './job.ts';
import { type Kernel32, must, type Native, nativeWindows } from './kernel32.ts';
import { isInJob } from './process.ts';
import { Win32Error } from './win32-error.ts';

interface Advapi {
  OpenProcessToken(process: RawHandle, rights: number, token: Buffer): boolean;
  GetTokenInformation(token: RawHandle, kind: number, data: Buffer, size: number, needed: Buffer): boolean;
  RegGetValueW(
    root: RawHandle,
    key: string,
    name: string,
    flags: number,
    type: null,
    data: Buffer,
    size: Buffer,
  ): number;
}

const ADVAPI: Readonly<Record<keyof Advapi, string>> = {
  OpenProcessToken: 'bool OpenProcessToken(intptr_t process, uint32 rights, void* token)',
  GetTokenInformation: 'bool GetTokenInformation(intptr_t token, int kind, void* data, uint32 size, void* needed)',
  RegGetValueW:
    'int32 RegGetValueW(intptr_t root, str16 key, str16 name, uint32 flags, void* type, void* data, void* size)',
};

const HKEY_LOCAL_MACHINE = -0x7ffffffe;
const RRF_RT_REG_DWORD = 0x10;
const ERROR_INVALID_FUNCTION = 1;
const ERROR_FILE_NOT_FOUND = 2;
const TOKEN_QUERY = 0x8;
const TOKEN_ELEVATION = 20;
const JOB_BASIC_LIMITS = 2;
const JOB_UI_RESTRICTIONS = 4;
/** Where the flags stand in JOBOBJECT_BASIC_LIMIT_INFORMATION, and how long that is. */
const LIMIT_FLAGS_AT = 16;
const BASIC_LIMITS_SIZE = 64;

/** The job that this process is in, if any: the innermost one, where there are several. */
export interface OwnJob {
  readonly isInJob: boolean;
  readonly endsWhenClosed: boolean;
  /** Whether what we start may leave it. */
  readonly allowsBreakaway: boolean;
  /** Windows puts no job inside one that restricts windows and desktops. Null where it cannot be asked (Wine). */
  readonly restrictsUi: boolean | null;
}

export interface CodePages {
  readonly ansi: number;
  readonly oem: number;
}

/** Each asks anew, and throws a `Win32Error` where Windows refuses. */
export interface Surroundings {
  codePages(): CodePages;
  /** The registry's `LongPathsEnabled`. */
  hasLongPaths(): boolean;
  job(): OwnJob;
  /** Whether we have an administrator's rights. */
  isElevated(): boolean;
}

/** Why Windows itself cannot be called, for people; null where it can. */
export const whyNoNativeCalls = (): string | null => openWin32().why;

/** Null where there are no native calls. */
export function windowsSurroundings(
  native: Pick<Native, 'kernel32'> | null = nativeWindows(),
  win32: Pick<Win32, 'bind'> | null = openWin32().win32,
): Surroundings | null {
  if (native === null || win32 === null) return null;
  const { kernel32 } = native;
  const advapi = win32.bind<Advapi>('advapi32.dll', ADVAPI);
  return {
    codePages: () => ({ ansi: kernel32.GetACP(), oem: kernel32.GetOEMCP() }),
    hasLongPaths: () => readLongPaths(advapi),
    job: () => readJob(kernel32),
    isElevated: () => readElevation(kernel32, advapi),
  };
}

function readLongPaths(advapi: Advapi): boolean {
  const data = Buffer.alloc(4);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const key = 'SYSTEM\\CurrentControlSet\\Control\\FileSystem';
  const error = advapi.RegGetValueW(HKEY_LOCAL_MACHINE, key, 'LongPathsEnabled', RRF_RT_REG_DWORD, null, data, size);
  // Before Windows 10 1607 there is no such value.
  if (error === ERROR_FILE_NOT_FOUND) return false;
  if (error !== 0) throw new Win32Error('RegGetValueW', error);
  return data.readUInt32LE() !== 0;
}

function readJob(kernel32: Kernel32): OwnJob {
  if (!isInJob(kernel32, kernel32.GetCurrentProcess())) {
    return { isInJob: false, endsWhenClosed: false, allowsBreakaway: false, restrictsUi: false };
  }
  // Without a handle the question is about the job that we are in.
  const limits = Buffer.alloc(BASIC_LIMITS_SIZE);
  const isTold = kernel32.QueryInformationJobObject(0, JOB_BASIC_LIMITS, limits, limits.length, null);
  must(kernel32, 'QueryInformationJobObject', isTold);
  const flags = limits.readUInt32LE(LIMIT_FLAGS_AT);
  return {
    isInJob: true,
    endsWhenClosed: (flags & LIMIT.killOnJobClose) !== 0,
    allowsBreakaway: (flags & (LIMIT.breakawayOk | LIMIT.silentBreakawayOk)) !== 0,
    restrictsUi: readUiRestrictions(kernel32),
  };
}

function readUiRestrictions(kernel32: Kernel32): boolean | null {
  const data = Buffer.alloc(4);
  if (kernel32.QueryInformationJobObject(0, JOB_UI_RESTRICTIONS, data, data.length, null))
    return data.readUInt32LE() !== 0;
  const error = kernel32.GetLastError();
  if (error === ERROR_INVALID_FUNCTION) return null;
  throw new Win32Error('QueryInformationJobObject', error);
}

function readElevation(kernel32: Kernel32, advapi: Advapi): boolean {
  const token = Buffer.alloc(8);
  must(kernel32, 'OpenProcessToken', advapi.OpenProcessToken(kernel32.GetCurrentProcess(), TOKEN_QUERY, token));
  return whileOpen(new Handle(kernel32, token.readBigInt64LE(), 'our own token'), raw => {
    const elevation = Buffer.alloc(4);
    const needed = Buffer.alloc(4);
    const isTold = advapi.GetTokenInformation(raw, TOKEN_ELEVATION, elevation, elevation.length, needed);
    must(kernel32, 'GetTokenInformation', isTold);
    return elevation.readUInt32LE() !== 0;
  });
}
