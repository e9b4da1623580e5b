// A job object holds a process with everything that it starts; whoever leaves its parents stays in the job.
// Windows ends them all when the last handle of the job is closed, however its owner ends.
// No completion port: its messages may be lost, so they would be a hint at most. The counts below are the truth.

import type { RawHandle } from '../win32.ts';
import { Handle } from './handle.ts';
import { type Kernel32, must, type Native } from './kernel32.ts';
import { Win32Error } from './win32-error.ts';

/** JOB_OBJECT_LIMIT_… of JOBOBJECT_BASIC_LIMIT_INFORMATION. */
export const LIMIT = {
  priorityClass: 0x20,
  dieOnUnhandledException: 0x400,
  breakawayOk: 0x800,
  silentBreakawayOk: 0x1000,
  killOnJobClose: 0x2000,
} as const;

/** JOBOBJECTINFOCLASS. */
const KIND = { basicAccounting: 1, processIdList: 3, extendedLimit: 9 } as const;

const ERROR_MORE_DATA = 234;

/** The 64-bit layouts of winnt.h: bytes from the start of the structure. */
const EXTENDED_LIMIT = { size: 144, limitFlags: 16, priorityClass: 56 } as const;
const ACCOUNTING = { size: 48, userTime: 0, kernelTime: 8, activeProcesses: 40 } as const;
const ID_LIST = { listed: 4, first: 8, entry: 8 } as const;

export interface Accounting {
  /** Of all processes that were ever in the job, in ms. */
  readonly cpuMs: number;
  readonly activeProcesses: number;
}

export class Job implements Disposable {
  readonly #kernel32: Kernel32;
  readonly #handle: Handle;

  /** @throws Win32Error */
  constructor(
    { kernel32 }: Pick<Native, 'kernel32'>,
    limits: { readonly flags: number; readonly priorityClass?: number },
  ) {
    this.#kernel32 = kernel32;
    this.#handle = new Handle(
      kernel32,
      must(kernel32, 'CreateJobObjectW', kernel32.CreateJobObjectW(null, null)),
      'job',
    );
    try {
      this.#limit(limits.flags, 0);
      if (limits.priorityClass !== undefined) this.#limitPriority(limits.flags, limits.priorityClass);
    } catch (error) {
      this.#handle[Symbol.dispose]();
      throw error;
    }
  }

  get raw(): RawHandle {
    return this.#handle.raw;
  }

  get isOpen(): boolean {
    return this.#handle.isOpen;
  }

  /** The process must have been opened with PROCESS_SET_QUOTA and PROCESS_TERMINATE. @throws Win32Error */
  assign(process: RawHandle): void {
    must(this.#kernel32, 'AssignProcessToJobObject', this.#kernel32.AssignProcessToJobObject(this.raw, process));
  }

  /** Returns before they are gone. @throws Win32Error */
  terminate(exitCode: number): void {
    must(this.#kernel32, 'TerminateJobObject', this.#kernel32.TerminateJobObject(this.raw, exitCode));
  }

  /** @throws Win32Error */
  accounting(): Accounting {
    const data = Buffer.alloc(ACCOUNTING.size);
    this.#query(KIND.basicAccounting, data);
    const time = data.readBigUInt64LE(ACCOUNTING.userTime) + data.readBigUInt64LE(ACCOUNTING.kernelTime);
    // Windows counts time in steps of 100 ns.
    return { cpuMs: Number(time / 10_000n), activeProcesses: data.readUInt32LE(ACCOUNTING.activeProcesses) };
  }

  /** Pids of its living processes. @throws Win32Error */
  members(): number[] {
    for (let room = 32; ; room *= 4) {
      const data = Buffer.alloc(ID_LIST.first + room * ID_LIST.entry);
      try {
        this.#query(KIND.processIdList, data);
      } catch (error) {
        if (error instanceof Win32Error && error.win32Code === ERROR_MORE_DATA) continue;
        throw error;
      }
      return Array.from({ length: data.readUInt32LE(ID_LIST.listed) }, (_, index) =>
        Number(data.readBigUInt64LE(ID_LIST.first + index * ID_LIST.entry)),
      );
    }
  }

  /** Ends whatever is still in it. */
  [Symbol.dispose](): void {
    this.#handle[Symbol.dispose]();
  }

  #query(kind: number, data: Buffer): void {
    const ok = this.#kernel32.QueryInformationJobObject(this.raw, kind, data, data.length, null);
    must(this.#kernel32, 'QueryInformationJobObject', ok);
  }

  #limit(flags: number, priorityClass: number): void {
    const data = Buffer.alloc(EXTENDED_LIMIT.size);
    data.writeUInt32LE(flags, EXTENDED_LIMIT.limitFlags);
    data.writeUInt32LE(priorityClass, EXTENDED_LIMIT.priorityClass);
    const ok = this.#kernel32.SetInformationJobObject(this.raw, KIND.extendedLimit, data, data.length);
    must(this.#kernel32, 'SetInformationJobObject', ok);
  }

  /** To hold a class above normal takes the right to raise priorities; without it the class given at creation has to do. */
  #limitPriority(flags: number, priorityClass: number): void {
    try {
      this.#limit(flags | LIMIT.priorityClass, priorityClass);
    } catch (error) {
      if (!(error instanceof Win32Error)) throw error;
    }
  }
}
