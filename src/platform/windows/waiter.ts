// Who waits for processes to end. Windows tells it only to a thread that blocks, so one Worker does, for all of them.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RawHandle } from '../win32.ts';
import { Handle } from './handle.ts';
import { must, type Native } from './kernel32.ts';
import { WAIT_TIMEOUT } from './process.ts';
import type { Signalled, ThreadData, WaitFor } from './waiter-thread.ts';

/** A thread that is ended while it loads native code takes the process down with an abort: the end waits that long for it to be up. */
const UP_MS = 2_000;

/** Where no thread is to be had we look ourselves, this often. */
const POLL_MS = 100;

interface Waiting {
  readonly handle: RawHandle;
  readonly resolve: () => void;
}

export class Waiter {
  readonly #native: Native;
  /** Interrupts the thread: there is more to wait for, or this process is about to end. */
  readonly #wake: Handle;
  readonly #waiting = new Map<number, Waiting>();
  /** Becomes 1 once the thread is up. */
  readonly #isUp = new Int32Array(new SharedArrayBuffer(4));
  #thread: Worker | null;
  #next = 1;

  /** @throws Win32Error */
  constructor(native: Native) {
    this.#native = native;
    const { kernel32 } = native;
    this.#wake = new Handle(
      kernel32,
      must(kernel32, 'CreateEventW', kernel32.CreateEventW(null, false, false, null)),
      'event',
    );
    this.#thread = this.#start();
    // Node waits for its threads when it ends, and this one does not look up by itself.
    process.on('exit', () => {
      if (this.#thread !== null) Atomics.wait(this.#isUp, 0, 0, UP_MS);
      this.#interrupt();
    });
  }

  /** Resolves once the handle is signalled: for a process, once it has ended. The handle must stay open until then. */
  wait(handle: RawHandle): Promise<void> {
    return new Promise(resolve => {
      const id = this.#next++;
      this.#waiting.set(id, { handle, resolve });
      if (this.#thread === null) return;
      this.#thread.postMessage({ id, handle } satisfies WaitFor);
      this.#interrupt();
    });
  }

  #start(): Worker {
    const thread = new Worker(new URL(`./waiter-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'holdfast-waiter',
      workerData: { wake: this.#wake.raw, isUp: this.#isUp } satisfies ThreadData,
      // Nothing of what our own options ask for (profiles, preloaded modules) is meant for this thread.
      execArgv: [],
      env: process.env.HOLDFAST_NO_NATIVE === undefined ? {} : { HOLDFAST_NO_NATIVE: process.env.HOLDFAST_NO_NATIVE },
    });
    thread.on('message', ({ id }: Signalled) => this.#signalled(id));
    thread.on('error', () => this.#poll());
    thread.on('exit', () => this.#poll());
    // The pipes of a process keep us alive as long as somebody listens to it. A listener for messages would undo this.
    thread.unref();
    return thread;
  }

  #interrupt(): void {
    this.#native.kernel32.SetEvent(this.#wake.raw);
  }

  #signalled(id: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve();
  }

  /** The thread could not be started (a limit of the system, say). From now on we look ourselves; nothing is lost but a moment. */
  #poll(): void {
    if (this.#thread === null) return;
    this.#thread = null;
    setInterval(() => {
      for (const [id, { handle }] of this.#waiting) {
        if (this.#native.kernel32.WaitForSingleObject(handle, 0) !== WAIT_TIMEOUT) this.#signalled(id);
      }
    }, POLL_MS).unref();
  }
}

let shared: Waiter | undefined;

/** The one waiter of this process, made by the first who needs it. @throws Win32Error */
export function sharedWaiter(native: Native): Waiter {
  shared ??= new Waiter(native);
  return shared;
}
