// A job object holds a process with everything that it starts; whoever leaves its parents stays in the job.
// Windows ends them all when the last handle of the job is closed, however its owner ends.
// No completion port: its messages may be lost, so they would be a hint at most. The counts below are the truth.

import type { GroupLimits, LimitName } from '../process-group.ts';
import type { RawHandle } from '../win32.ts';
import { Handle } from './handle.ts';
import { type Kernel32, must, type Native } from './kernel32.ts';
import { Win32Error } from './win32-error.ts';

/** JOB_OBJECT_LIMIT_… of JOBOBJECT_BASIC_LIMIT_INFORMATION. */
export const LIMIT = {
  activeProcess: 0x8,
  priorityClass: 0x20,
  jobMemory: 0x200,
  dieOnUnhandledException: 0x400,
  breakawayOk: 0x800,
  silentBreakawayOk: 0x1000,
  killOnJobClose: 0x2000,
} as const;

/** JOBOBJECTINFOCLASS. */
const KIND = { basicAccounting: 1, processIdList: 3, extendedLimit: 9, cpuRate: 15 } as const;

const ERROR_MORE_DATA = 234;

/** The 64-bit layouts of winnt.h: bytes from the start of the structure. */
const EXTENDED_LIMIT = {
  size: 144,
  limitFlags: 16,
  activeProcessLimit: 40,
  priorityClass: 56,
  jobMemoryLimit: 120,
  peakJobMemoryUsed: 136,
} as const;
const CPU_RATE = { size: 8, controlFlags: 0, rate: 4 } as const;
const ACCOUNTING = { size: 48, userTime: 0, kernelTime: 8, activeProcesses: 40 } as const;
const ID_LIST = { listed: 4, first: 8, entry: 8 } as const;

/** JOB_OBJECT_CPU_RATE_CONTROL_…: on, and as a limit that is kept also while the processors have nothing else to do. */
const CPU_RATE_HARD_CAP = 0x1 | 0x4;
/** The rate of all processors together, in hundredths of a percent. */
const WHOLE_MACHINE = 10_000;

const MIB = 1_048_576n;
/** More than any machine has, and within 64 bits as a number of bytes. */
const MAX_MIB = 2 ** 40;

export interface Accounting {
  /** Of all processes that were ever in the job, in ms. */
  readonly cpuMs: number;
  readonly activeProcesses: number;
}

export class Job implements Disposable {
  readonly #kernel32: Kernel32;
  readonly #handle: Handle;
  /** JOBOBJECT_EXTENDED_LIMIT_INFORMATION as it was last taken: each setting replaces all that was set before. */
  #limits = Buffer.alloc(EXTENDED_LIMIT.size);
  readonly #holds: LimitName[] = [];

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
      this.#limit(limits.flags);
      if (limits.priorityClass !== undefined) this.#limitPriority(limits.priorityClass);
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

  /** Of the limits that were asked for, those that Windows has taken on. */
  get holds(): readonly LimitName[] {
    return this.#holds;
  }

  /** Asks Windows to keep the job within these limits. What it refuses, or takes and forgets (Wine), it does not hold. */
  hold({ memoryMb, processes, cpuPercent }: GroupLimits, cores: number): void {
    const bytes = BigInt(Math.min(memoryMb ?? 0, MAX_MIB)) * MIB;
    if (memoryMb !== undefined && this.#mayLimit(LIMIT.jobMemory, data => writeMemory(data, bytes))) {
      this.#holds.push('memory');
    }
    const count = Math.min(processes ?? 0, 0xffff_ffff);
    const writeCount = (data: Buffer) => data.writeUInt32LE(count, EXTENDED_LIMIT.activeProcessLimit);
    if (processes !== undefined && this.#mayLimit(LIMIT.activeProcess, writeCount)) this.#holds.push('processes');
    if (cpuPercent !== undefined && this.#mayLimitCpu((cpuPercent / 100 / cores) * WHOLE_MACHINE)) {
      this.#holds.push('cpu');
    }
  }

  /** It is held within a limit of memory, and has come within a tenth of that. @throws Win32Error */
  wasShortOfMemory(): boolean {
    if (!this.#holds.includes('memory')) return false;
    const data = Buffer.alloc(EXTENDED_LIMIT.size);
    this.#query(KIND.extendedLimit, data);
    const limit = this.#limits.readBigUInt64LE(EXTENDED_LIMIT.jobMemoryLimit);
    return data.readBigUInt64LE(EXTENDED_LIMIT.peakJobMemoryUsed) * 10n >= limit * 9n;
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

  #limit(flags: number, write: (data: Buffer) => void = () => {}): void {
    const data = Buffer.from(this.#limits);
    data.writeUInt32LE(data.readUInt32LE(EXTENDED_LIMIT.limitFlags) | flags, EXTENDED_LIMIT.limitFlags);
    write(data);
    const ok = this.#kernel32.SetInformationJobObject(this.raw, KIND.extendedLimit, data, data.length);
    must(this.#kernel32, 'SetInformationJobObject', ok);
    this.#limits = data;
  }

  /** To hold a class above normal takes the right to raise priorities; without it the class given at creation has to do. */
  #limitPriority(priorityClass: number): void {
    const write = (data: Buffer) => data.writeUInt32LE(priorityClass, EXTENDED_LIMIT.priorityClass);
    unlessRefused(() => {
      this.#limit(LIMIT.priorityClass, write);
      return true;
    });
  }

  #mayLimit(flag: number, write: (data: Buffer) => void): boolean {
    return unlessRefused(() => {
      this.#limit(flag, write);
      const taken = Buffer.alloc(EXTENDED_LIMIT.size);
      this.#query(KIND.extendedLimit, taken);
      return (taken.readUInt32LE(EXTENDED_LIMIT.limitFlags) & flag) !== 0;
    });
  }

  #mayLimitCpu(rate: number): boolean {
    return unlessRefused(() => {
      const data = Buffer.alloc(CPU_RATE.size);
      data.writeUInt32LE(CPU_RATE_HARD_CAP, CPU_RATE.controlFlags);
      data.writeUInt32LE(Math.min(WHOLE_MACHINE, Math.max(1, Math.round(rate))), CPU_RATE.rate);
      const ok = this.#kernel32.SetInformationJobObject(this.raw, KIND.cpuRate, data, data.length);
      must(this.#kernel32, 'SetInformationJobObject', ok);
      return true;
    });
  }
}

const writeMemory = (data: Buffer, bytes: bigint) => data.writeBigUInt64LE(bytes, EXTENDED_LIMIT.jobMemoryLimit);

/** False where Windows refuses: the job is as good without it. */
function unlessRefused(act: () => boolean): boolean {
  try {
    return act();
  } catch (error) {
    if (error instanceof Win32Error) return false;
    throw error;
  }
}
