import type { State } from '../lifecycle/state.ts';

/** Who waits for an instance to come to rest in one state or another. */
export class Settling {
  #waiting: (() => void)[] = [];

  /** Resolves once the server is ready, has failed, or is at rest. */
  wait(state: State): Promise<void> {
    if (isSettled(state)) return Promise.resolve();
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  moved(state: State): void {
    if (!isSettled(state)) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

const isSettled = (state: State): boolean =>
  state.name === 'ready' || state.name === 'failed' || state.name === 'stopped';
