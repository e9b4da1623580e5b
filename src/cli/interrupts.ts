import { performance } from 'node:perf_hooks';
import { EXIT } from './exit-codes.ts';

/** Signals within this time are one: a terminal signals the whole group, and npm passes on what it got besides. */
export const ONE_PRESS_MS = 500;

/** Counts presses of Ctrl-C: gives the number of the press that a signal at `now` (monotonic ms) begins, or null where it is a part of the last. */
export function pressCounter(): (now: number) => number | null {
  let presses = 0;
  let last = Number.NEGATIVE_INFINITY;
  return now => {
    if (now - last < ONE_PRESS_MS) return null;
    last = now;
    presses++;
    return presses;
  };
}

export interface Wishes {
  /** The first press: stop in good order. */
  readonly stop: () => void;
  /** The second: stop at once. */
  readonly hasten: () => void;
  /** An error that nobody caught: stop in good order, and fail. */
  readonly fail: (error: unknown) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Listens to what ends this process until it is disposed of. A third press leaves without waiting for anything. `outlivesTerminal`: the
 * end of a terminal (SIGHUP) is none of its business.
 */
export function listenToEnds({ stop, hasten, fail }: Wishes, { outlivesTerminal = false } = {}): Disposable {
  const press = pressCounter();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (outlivesTerminal && signal === 'SIGHUP') return;
    const number = press(performance.now());
    if (number === 1) stop();
    else if (number === 2) hasten();
    else if (number !== null) process.exit(EXIT.interrupted);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  return {
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off('uncaughtException', fail);
      process.off('unhandledRejection', fail);
    },
  };
}

/** Does work that only a signal ends; `work` is told by its own. Whoever looks on and has seen enough has not failed. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const onSignal = (): void => end.abort();
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await work(end.signal);
  } finally {
    // What is left of the press must not end us by default while we end in good order.
    if (!end.signal.aborted) for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
