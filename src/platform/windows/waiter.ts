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

export interface Wait {
  /** Resolves once the handle is signalled: for a process, once it has ended. */
  readonly ended: Promise<void>;
  /** Until it has ended, or this has been called, the wait keeps this process alive. */
  unref(): void;
}

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
  readonly #holding = new Set<number>();
  #thread: Worker | null = null;
  #poll: NodeJS.Timeout | null = null;
  #next = 1;

  /** @throws Win32Error */
  constructor(native: Native, Thread = Worker) {
    this.#native = native;
    const { kernel32 } = native;
    this.#wake = new Handle(
      kernel32,
      must(kernel32, 'CreateEventW', kernel32.CreateEventW(null, false, false, null)),
      'event',
    );
    try {
      this.#thread = this.#start(Thread);
    } catch {
      // A limit of the system, or a host that runs without the permission for threads. Later troubles come as events.
      this.#pollInstead();
    }
    // Node waits for its threads when it ends, and this one does not look up by itself.
    process.on('exit', () => {
      if (this.#thread !== null) Atomics.wait(this.#isUp, 0, 0, UP_MS);
      this.#interrupt();
    });
  }

  /** The handle must stay open until the wait has ended. */
  wait(handle: RawHandle): Wait {
    const id = this.#next++;
    const ended = new Promise<void>(resolve => {
      this.#waiting.set(id, { handle, resolve });
    });
    this.#holding.add(id);
    this.#hold();
    if (this.#thread !== null) {
      this.#thread.postMessage({ id, handle } satisfies WaitFor);
      this.#interrupt();
    }
    return { ended, unref: () => this.#letGo(id) };
  }

  #start(Thread: typeof Worker): Worker {
    const thread = new Thread(new URL(`./waiter-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'holdfast-waiter',
      workerData: { wake: this.#wake.raw, isUp: this.#isUp } satisfies ThreadData,
      // Nothing of what our own options ask for (profiles, preloaded modules) is meant for this thread.
      execArgv: [],
      env: process.env.HOLDFAST_NO_NATIVE === undefined ? {} : { HOLDFAST_NO_NATIVE: process.env.HOLDFAST_NO_NATIVE },
    });
    thread.on('message', ({ id }: Signalled) => this.#signalled(id));
    thread.on('error', () => this.#pollInstead());
    thread.on('exit', () => this.#pollInstead());
    // A listener for messages would undo this.
    thread.unref();
    return thread;
  }

  #interrupt(): void {
    this.#native.kernel32.SetEvent(this.#wake.raw);
  }

  #signalled(id: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#letGo(id);
    waiting?.resolve();
  }

  #letGo(id: number): void {
    this.#holding.delete(id);
    this.#hold();
  }

  #hold(): void {
    const holder = this.#thread ?? this.#poll;
    if (this.#holding.size > 0) holder?.ref();
    else holder?.unref();
  }

  /** There is no thread, or it has ended. From now on we look ourselves; nothing is lost but a moment. */
  #pollInstead(): void {
    if (this.#poll !== null) return;
    this.#thread = null;
    this.#poll = setInterval(() => {
      for (const [id, { handle }] of this.#waiting) {
        if (this.#native.kernel32.WaitForSingleObject(handle, 0) !== WAIT_TIMEOUT) this.#signalled(id);
      }
    }, POLL_MS);
    this.#hold();
  }
}

let shared: Waiter | undefined;

/** The one waiter of this process, made by the first who needs it. @throws Win32Error */
export function sharedWaiter(native: Native): Waiter {
  shared ??= new Waiter(native);
  return shared;
}
