// A program of its own, started by `console-stop.ts`: node console-stop-helper.js PID:CREATED...

import { openWin32, type RawHandle } from '../win32.ts';
import { nativeWindows } from './kernel32.ts';
import { createdAt } from './process.ts';

interface Console {
  FreeConsole(): boolean;
  AttachConsole(pid: number): boolean;
  SetConsoleCtrlHandler(handler: null, isAdded: boolean): boolean;
  GenerateConsoleCtrlEvent(event: number, group: number): boolean;
  Sleep(ms: number): RawHandle;
}

const CTRL_C_EVENT = 0;
/** Windows hands the event to a new thread of every program on the console; we must still be on it then. */
const HAND_OVER_MS = 20;

const { win32 } = openWin32();
const native = nativeWindows();
if (win32 !== null && native !== null) {
  const console = win32.bind<Console>('kernel32.dll', {
    FreeConsole: 'bool FreeConsole()',
    AttachConsole: 'bool AttachConsole(uint32 pid)',
    SetConsoleCtrlHandler: 'bool SetConsoleCtrlHandler(void* handler, bool isAdded)',
    GenerateConsoleCtrlEvent: 'bool GenerateConsoleCtrlEvent(uint32 event, uint32 group)',
    Sleep: 'void Sleep(uint32 ms)',
  });
  for (const [pid, created] of process.argv.slice(2).map(asked => asked.split(':'))) {
    if (String(createdAt(native.kernel32, Number(pid))) !== created) continue;
    console.FreeConsole();
    if (!console.AttachConsole(Number(pid))) continue;
    // Null and true: this process ignores Ctrl-C.
    console.SetConsoleCtrlHandler(null, true);
    console.GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    console.Sleep(HAND_OVER_MS);
    console.FreeConsole();
  }
}
