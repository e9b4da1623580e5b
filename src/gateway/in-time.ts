import type { HoldfastError } from '../errors/holdfast-error.ts';
import { Cancellation, type CancelSignal } from '../session/cancellation.ts';
import type { Clock } from '../session/deadlines.ts';

/** Most clients wait 60 seconds for an answer, and then give up without a word: one that says why there is none must be there before. */
export const ANSWER_MS = 50_000;

/**
 * What `work` gives. Where it takes too long, `late` says what is thrown in its place, or null for it to go on; then its signal is
 * aborted, as it is when `signal` is.
 */
export async function inTime<T>(
  clock: Clock,
  signal: CancelSignal | undefined,
  work: (signal: CancelSignal) => Promise<T>,
  late: () => HoldfastError | null,
): Promise<T> {
  const own = new Cancellation();
  const abort = () => own.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  let why: HoldfastError | null = null;
  const timer = clock.setTimer(ANSWER_MS, () => {
    why = late();
    if (why !== null) abort();
  });
  try {
    return await work(own);
  } catch (error) {
    throw why ?? error;
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', abort);
  }
}
