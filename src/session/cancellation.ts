/** What of an AbortSignal is looked at where a call is cancelled. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** An AbortController and its signal in one, for those who make one for every call: Node's own costs more than all the rest of a small call here. */
export class Cancellation implements CancelSignal {
  #listeners: (() => void)[] = [];
  #isAborted = false;

  get aborted(): boolean {
    return this.#isAborted;
  }

  /** A second call does nothing. */
  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#isAborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter(other => other !== listener);
  }
}
