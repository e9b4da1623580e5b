import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** What is waited for, for the message of the failure: `eventually(…, { what: 'the server to be ready' })`. */
  readonly what: string;
  /** Default 30,000: under Wine, on a machine that does much else, a program may need seconds to start. */
  readonly timeoutMs?: number;
  /** Default 10. */
  readonly everyMs?: number;
}

/**
 * Waits until `condition` gives something truthy, and resolves with it. Rejects after `timeoutMs`; a condition that throws is tried
 * again, and its last error is the cause of the failure.
 */
export async function eventually<T>(condition: () => T | Promise<T>, options: EventuallyOptions): Promise<T> {
  const { what, timeoutMs = 30_000, everyMs = 10 } = options;
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (result) return result;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause });
    await delay(everyMs);
  }
}
