// Handles that close themselves, and are counted: a leak shows as a number that grows.

import type { RawHandle } from '../win32.ts';
import type { Kernel32 } from './kernel32.ts';

let open = 0;

/** How many handles of ours are open. */
export const openHandles = (): number => open;

/** A forgotten handle is reported, not closed: its number may be somebody else's by then. */
const forgotten = new FinalizationRegistry<string>(what => {
  process.emitWarning(`a handle was never closed: ${what}`, 'HoldfastHandleWarning');
});

export class Handle implements Disposable {
  readonly #kernel32: Pick<Kernel32, 'CloseHandle'>;
  #raw: RawHandle | null;

  /** @param what for the report of a handle that nobody closed */
  constructor(kernel32: Pick<Kernel32, 'CloseHandle'>, raw: RawHandle, what: string) {
    this.#kernel32 = kernel32;
    this.#raw = raw;
    open++;
    forgotten.register(this, what, this);
  }

  get isOpen(): boolean {
    return this.#raw !== null;
  }

  /** @throws TypeError once it is closed: the number may name something else by then. */
  get raw(): RawHandle {
    if (this.#raw === null) throw new TypeError('the handle is closed');
    return this.#raw;
  }

  [Symbol.dispose](): void {
    if (this.#raw === null) return;
    const raw = this.#raw;
    this.#raw = null;
    open--;
    forgotten.unregister(this);
    this.#kernel32.CloseHandle(raw);
  }
}

/** Uses a handle, and closes it whatever happens. */
export function whileOpen<T>(handle: Handle, use: (raw: RawHandle) => T): T {
  try {
    return use(handle.raw);
  } finally {
    handle[Symbol.dispose]();
  }
}
