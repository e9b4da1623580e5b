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
