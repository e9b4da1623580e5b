// The calls of kernel32.dll that the platform layer makes, with their C prototypes.
// Names are Windows' own, so that its manual can be searched for them.

import { openWin32, type RawHandle, type Win32 } from '../win32.ts';
import { Win32Error } from './win32-error.ts';

/** A buffer, an address within one, or NULL. */
type Pointer = Buffer | bigint | null;

export interface Kernel32 {
  GetLastError(): number;
  GetACP(): number;
  GetOEMCP(): number;
  CloseHandle(handle: RawHandle): boolean;
  GetCurrentProcess(): RawHandle;
  OpenProcess(rights: number, inherits: boolean, pid: number): RawHandle;
  TerminateProcess(process: RawHandle, exitCode: number): boolean;
  GetExitCodeProcess(process: RawHandle, code: Buffer): boolean;
  GetProcessTimes(process: RawHandle, created: Buffer, exited: Buffer, kernel: Buffer, user: Buffer): boolean;
  GetProcessHandleCount(process: RawHandle, count: Buffer): boolean;
  K32GetProcessMemoryInfo(process: RawHandle, counters: Buffer, size: number): boolean;
  SetPriorityClass(process: RawHandle, priorityClass: number): boolean;
  GetPriorityClass(process: RawHandle): number;
  WaitForSingleObject(handle: RawHandle, ms: number): number;
  WaitForMultipleObjects(count: number, handles: Buffer, all: boolean, ms: number): number;
  CreateEventW(security: null, isManual: boolean, isSet: boolean, name: null): RawHandle;
  SetEvent(event: RawHandle): boolean;
  CreateJobObjectW(security: null, name: null): RawHandle;
  AssignProcessToJobObject(job: RawHandle, process: RawHandle): boolean;
  IsProcessInJob(process: RawHandle, job: RawHandle, result: Buffer): boolean;
  SetInformationJobObject(job: RawHandle, kind: number, data: Buffer, size: number): boolean;
  QueryInformationJobObject(job: RawHandle, kind: number, data: Buffer, size: number, needed: Pointer): boolean;
  TerminateJobObject(job: RawHandle, exitCode: number): boolean;
  CreateToolhelp32Snapshot(what: number, pid: number): RawHandle;
  Process32FirstW(snapshot: RawHandle, entry: Buffer): boolean;
  Process32NextW(snapshot: RawHandle, entry: Buffer): boolean;
  InitializeProcThreadAttributeList(list: Pointer, count: number, flags: number, size: Buffer): boolean;
  UpdateProcThreadAttribute(
    list: Buffer,
    flags: number,
    attribute: number,
    value: Buffer,
    size: number,
    previous: null,
    returned: null,
  ): boolean;
  DeleteProcThreadAttributeList(list: Buffer): void;
  CreateProcessW(
    file: string | null,
    commandLine: Buffer,
    processSecurity: null,
    threadSecurity: null,
    inherits: boolean,
    flags: number,
    environment: Buffer | null,
    cwd: string,
    startup: Buffer,
    result: Buffer,
  ): boolean;
  CreateFileW(
    name: string,
    access: number,
    share: number,
    security: Pointer,
    how: number,
    flags: number,
    template: RawHandle,
  ): RawHandle;
  SetHandleInformation(handle: RawHandle, mask: number, flags: number): boolean;
  WriteFile(file: RawHandle, data: Buffer, length: number, written: Buffer, overlapped: null): boolean;
  DuplicateHandle(
    sourceProcess: RawHandle,
    source: RawHandle,
    targetProcess: RawHandle,
    target: Buffer,
    access: number,
    inherits: boolean,
    options: number,
  ): boolean;
}

const PROTOTYPES: Readonly<Record<keyof Kernel32, string>> = {
  GetLastError: 'uint32 GetLastError()',
  GetACP: 'uint32 GetACP()',
  GetOEMCP: 'uint32 GetOEMCP()',
  CloseHandle: 'bool CloseHandle(intptr_t handle)',
  GetCurrentProcess: 'intptr_t GetCurrentProcess()',
  OpenProcess: 'intptr_t OpenProcess(uint32 rights, bool inherits, uint32 pid)',
  TerminateProcess: 'bool TerminateProcess(intptr_t process, uint32 exitCode)',
  GetExitCodeProcess: 'bool GetExitCodeProcess(intptr_t process, void* code)',
  GetProcessTimes: 'bool GetProcessTimes(intptr_t process, void* created, void* exited, void* kernel, void* user)',
  GetProcessHandleCount: 'bool GetProcessHandleCount(intptr_t process, void* count)',
  K32GetProcessMemoryInfo: 'bool K32GetProcessMemoryInfo(intptr_t process, void* counters, uint32 size)',
  SetPriorityClass: 'bool SetPriorityClass(intptr_t process, uint32 priorityClass)',
  GetPriorityClass: 'uint32 GetPriorityClass(intptr_t process)',
  WaitForSingleObject: 'uint32 WaitForSingleObject(intptr_t handle, uint32 ms)',
  WaitForMultipleObjects: 'uint32 WaitForMultipleObjects(uint32 count, void* handles, bool all, uint32 ms)',
  CreateEventW: 'intptr_t CreateEventW(void* security, bool isManual, bool isSet, str16 name)',
  SetEvent: 'bool SetEvent(intptr_t event)',
  CreateJobObjectW: 'intptr_t CreateJobObjectW(void* security, str16 name)',
  AssignProcessToJobObject: 'bool AssignProcessToJobObject(intptr_t job, intptr_t process)',
  IsProcessInJob: 'bool IsProcessInJob(intptr_t process, intptr_t job, void* result)',
  SetInformationJobObject: 'bool SetInformationJobObject(intptr_t job, int kind, void* data, uint32 size)',
  QueryInformationJobObject:
    'bool QueryInformationJobObject(intptr_t job, int kind, void* data, uint32 size, void* needed)',
  TerminateJobObject: 'bool TerminateJobObject(intptr_t job, uint32 exitCode)',
  CreateToolhelp32Snapshot: 'intptr_t CreateToolhelp32Snapshot(uint32 what, uint32 pid)',
  Process32FirstW: 'bool Process32FirstW(intptr_t snapshot, void* entry)',
  Process32NextW: 'bool Process32NextW(intptr_t snapshot, void* entry)',
  InitializeProcThreadAttributeList:
    'bool InitializeProcThreadAttributeList(void* list, uint32 count, uint32 flags, void* size)',
  UpdateProcThreadAttribute:
    'bool UpdateProcThreadAttribute(void* list, uint32 flags, uintptr_t attribute, void* value, size_t size, void* previous, void* returned)',
  DeleteProcThreadAttributeList: 'void DeleteProcThreadAttributeList(void* list)',
  CreateProcessW:
    'bool CreateProcessW(str16 file, void* commandLine, void* processSecurity, void* threadSecurity, bool inherits, uint32 flags, void* environment, str16 cwd, void* startup, void* result)',
  CreateFileW:
    'intptr_t CreateFileW(str16 name, uint32 access, uint32 share, void* security, uint32 how, uint32 flags, intptr_t template)',
  SetHandleInformation: 'bool SetHandleInformation(intptr_t handle, uint32 mask, uint32 flags)',
  WriteFile: 'bool WriteFile(intptr_t file, void* data, uint32 length, void* written, void* overlapped)',
  DuplicateHandle:
    'bool DuplicateHandle(intptr_t sourceProcess, intptr_t source, intptr_t targetProcess, void* target, uint32 access, bool inherits, uint32 options)',
};

/** Windows as the platform layer calls it. */
export interface Native {
  readonly win32: Pick<Win32, 'address'>;
  readonly kernel32: Kernel32;
}

let native: Native | null | undefined;

/** Null where there are no native calls; `openWin32().why` says why. */
export function nativeWindows(): Native | null {
  if (native !== undefined) return native;
  const { win32 } = openWin32();
  native = win32 === null ? null : { win32, kernel32: win32.bind<Kernel32>('kernel32.dll', PROTOTYPES) };
  return native;
}

/**
 * The result of a call, which must be neither false, 0 nor -1. To be written around the call itself: nothing may come between it
 * and the question for the last error.
 *
 * @throws Win32Error
 */
export function must<T extends boolean | RawHandle>(kernel32: Kernel32, syscall: string, result: T): T {
  if (result && result !== -1 && result !== -1n) return result;
  throw new Win32Error(syscall, kernel32.GetLastError());
}
