// CreateProcessW with what `child_process` cannot do: the process is in its job from its first instruction, inherits three handles
// and no more, and has its priority from the start.

import type { RawHandle } from '../win32.ts';
import { environmentBlock } from './environment-block.ts';
import { Handle } from './handle.ts';
import { must, type Native } from './kernel32.ts';

export interface NewProcess {
  /** Absolute path of the program. */
  readonly file: string;
  readonly commandLine: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** …_PRIORITY_CLASS; 0 for what Windows makes of ours. */
  readonly priorityClass: number;
  /**
   * Handles for stdin, stdout and stderr; null for a process that has none. They are made inheritable here and not before, and are
   * to be closed at once: libuv hands every inheritable handle to whatever is started meanwhile, which would then hold a pipe open.
   */
  readonly stdio: readonly [RawHandle, RawHandle, RawHandle] | null;
  /** Null for a process that is held by no job of its own. */
  readonly job: RawHandle | null;
  /** Further CREATE_… flags. */
  readonly flags?: number;
}

const CREATE_UNICODE_ENVIRONMENT = 0x400;
const EXTENDED_STARTUPINFO_PRESENT = 0x80000;
/** A console of its own that nobody sees. Without one, each console program that the server starts would open a window. */
const CREATE_NO_WINDOW = 0x8000000;
export const CREATE_BREAKAWAY_FROM_JOB = 0x1000000;

const STARTF_USESHOWWINDOW = 0x1;
const STARTF_USESTDHANDLES = 0x100;
const HANDLE_FLAG_INHERIT = 0x1;
const ATTRIBUTE = { handleList: 0x20002, jobList: 0x2000d } as const;

/** STARTUPINFOEXW and PROCESS_INFORMATION, 64 bits. */
const STARTUP = { size: 112, flags: 60, stdInput: 80, attributeList: 104 } as const;
const RESULT = { size: 24, process: 0, thread: 8, pid: 16 } as const;

/** @throws Win32Error */
export function createProcess({ win32, kernel32 }: Native, what: NewProcess): { pid: number; process: Handle } {
  const startup = Buffer.alloc(STARTUP.size);
  startup.writeUInt32LE(STARTUP.size, 0);
  startup.writeUInt32LE(STARTF_USESHOWWINDOW | (what.stdio === null ? 0 : STARTF_USESTDHANDLES), STARTUP.flags);
  what.stdio?.forEach((handle, index) => {
    const isDone = kernel32.SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    must(kernel32, 'SetHandleInformation', isDone);
    startup.writeBigInt64LE(BigInt(handle), STARTUP.stdInput + 8 * index);
  });

  const attributes = attributeList(kernel32, [
    // Windows, unlike Wine, refuses a list with a handle that stands there twice.
    ...(what.stdio === null ? [] : [{ kind: ATTRIBUTE.handleList, handles: [...new Set(what.stdio)] }]),
    ...(what.job === null ? [] : [{ kind: ATTRIBUTE.jobList, handles: [what.job] }]),
  ]);
  startup.writeBigUInt64LE(win32.address(attributes), STARTUP.attributeList);

  const result = Buffer.alloc(RESULT.size);
  const flags =
    CREATE_UNICODE_ENVIRONMENT |
    CREATE_NO_WINDOW |
    EXTENDED_STARTUPINFO_PRESENT |
    what.priorityClass |
    (what.flags ?? 0);
  // Windows may write into the command line while it reads it.
  const line = Buffer.from(`${what.commandLine}\0`, 'utf16le');
  const environment = environmentBlock(what.env, process.env);
  try {
    const { file, cwd, stdio } = what;
    must(
      kernel32,
      'CreateProcessW',
      kernel32.CreateProcessW(file, line, null, null, stdio !== null, flags, environment, cwd, startup, result),
    );
  } finally {
    kernel32.DeleteProcThreadAttributeList(attributes);
  }
  kernel32.CloseHandle(result.readBigInt64LE(RESULT.thread));
  const pid = result.readUInt32LE(RESULT.pid);
  const created = new Handle(kernel32, result.readBigInt64LE(RESULT.process), `process ${pid}`);
  // Wine does not look at the class at creation.
  if (what.priorityClass !== 0 && kernel32.GetPriorityClass(created.raw) !== what.priorityClass) {
    kernel32.SetPriorityClass(created.raw, what.priorityClass);
  }
  return { pid, process: created };
}

/** The list only points at its values, so these lie behind it in the same memory and live as long as it does. */
function attributeList(
  kernel32: Native['kernel32'],
  attributes: readonly { readonly kind: number; readonly handles: readonly RawHandle[] }[],
): Buffer {
  const size = Buffer.alloc(8);
  // Fails always, and tells the size.
  kernel32.InitializeProcThreadAttributeList(null, attributes.length, 0, size);
  const listSize = Math.ceil(Number(size.readBigUInt64LE()) / 8) * 8;
  const memory = Buffer.alloc(listSize + 8 * attributes.reduce((count, { handles }) => count + handles.length, 0));
  const isMade = kernel32.InitializeProcThreadAttributeList(memory, attributes.length, 0, size);
  must(kernel32, 'InitializeProcThreadAttributeList', isMade);
  let at = listSize;
  for (const { kind, handles } of attributes) {
    const value = memory.subarray(at, at + 8 * handles.length);
    handles.forEach((handle, index) => {
      value.writeBigInt64LE(BigInt(handle), 8 * index);
    });
    at += value.length;
    const isSet = kernel32.UpdateProcThreadAttribute(memory, 0, kind, value, value.length, null, null);
    must(kernel32, 'UpdateProcThreadAttribute', isSet);
  }
  return memory;
}
