// The thread of `waiter.ts`. It blocks in short slices, and wakes up at once when it is given more to wait for.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { RawHandle } from '../win32.ts';
import { nativeWindows } from './kernel32.ts';

/** What the thread is made with. */
export interface ThreadData {
  /** An event that wakes it. */
  readonly wake: RawHandle;
  readonly isUp: Int32Array;
}

/** To the thread. */
export interface WaitFor {
  readonly id: number;
  readonly handle: RawHandle;
}

/** From the thread: this one is signalled, or can never be. */
export interface Signalled {
  readonly id: number;
}

const SLICE_MS = 250;
/** MAXIMUM_WAIT_OBJECTS is 64, and one is the event that wakes us. */
const MOST = 63;
const WAIT_FAILED = 0xffffffff;

const native = nativeWindows();
if (native === null || parentPort === null) throw new TypeError('this runs as a thread, on Windows');
const { kernel32 } = native;
const port = parentPort;
const { wake, isUp } = workerData as ThreadData;
Atomics.store(isUp, 0, 1);
Atomics.notify(isUp, 0);

/** Those waited for longest stand at the end. */
let waiting: WaitFor[] = [];

port.on('message', (first: WaitFor) => {
  waiting.push(first);
  while (waiting.length > 0) {
    take();
    look();
  }
});

function take(): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    waiting.push(next.message as WaitFor);
  }
}

/** Waits for the first few, and puts them behind the others. */
function look(): void {
  const now = waiting.slice(0, MOST);
  waiting = waiting.slice(MOST);
  const handles = Buffer.alloc(8 * (now.length + 1));
  [wake, ...now.map(entry => entry.handle)].forEach((handle, index) => {
    handles.writeBigInt64LE(BigInt(handle), 8 * index);
  });
  // Many take turns, and each turn is short: all are looked at within one slice.
  const turns = 1 + Math.ceil(waiting.length / MOST);
  const result = kernel32.WaitForMultipleObjects(now.length + 1, handles, false, Math.floor(SLICE_MS / turns));
  const ended = result === WAIT_FAILED ? now.filter(isOver) : now.slice(result - 1, result);
  for (const { id } of result === 0 ? [] : ended) port.postMessage({ id } satisfies Signalled);
  const still = result === 0 ? now : now.filter(entry => !ended.includes(entry));
  waiting = [...waiting, ...still];
}

const WAIT_TIMEOUT = 0x102;

/** Signalled, or a handle that nobody can wait for: whoever asked finds out which. */
const isOver = ({ handle }: WaitFor): boolean => kernel32.WaitForSingleObject(handle, 0) !== WAIT_TIMEOUT;
