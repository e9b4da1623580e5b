import type { Clock } from './clock.ts';

/** Waits for the first of the events, `ms` at most, and leaves no timer behind. The events must not reject. */
export function firstOf(clock: Clock, ms: number, ...events: Promise<unknown>[]): Promise<void> {
  return new Promise(resolve => {
    const timer = clock.setTimer(ms, resolve);
    const done = () => {
      timer.cancel();
      resolve();
    };
    for (const event of events) void event.then(done);
  });
}

/** Waits `ms`, or until the signal; leaves neither timer nor listener behind. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(ms, done);
    signal.addEventListener('abort', done);
  });
}
