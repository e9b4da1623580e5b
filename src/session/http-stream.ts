import type { IncomingMessage } from 'node:http';
import type { Clock } from '../process/clock.ts';
import { pause } from '../process/wait.ts';
import { readExcerpt, type StreamEnd } from './http-body.ts';
import { EXCERPT_BYTES, type HttpSession, isStream, refusal, sessionLost, statusOf } from './http-session.ts';

/** A stream that breaks is taken up again after this time, where the server does not say. */
export const RETRY_MS = 1_000;
/** A server that ends its stream again and again, without a word, is asked ever more seldom. */
const MAX_RETRY_MS = 30_000;
const MIN_RETRY_MS = 50;

/** Waits before a stream is taken up again. */
export function pauseBetween(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return pause(clock, Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, ms)), signal);
}

/**
 * The stream for what the server says by itself, kept open until the signal. Resolves where the server has none, or none any more.
 *
 * @throws HoldfastError when the session or the server is gone.
 */
export async function keepStream(
  session: HttpSession,
  clock: Clock,
  signal: AbortSignal,
  { onOpen, read }: { onOpen(isOpen: boolean): void; read(response: IncomingMessage): Promise<StreamEnd> },
): Promise<void> {
  let position: string | null = null;
  let waitMs = RETRY_MS;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const response = await session.get(signal, position);
    onOpen(isStream(response));
    if (isStream(response)) {
      const end = await read(response);
      position = end.lastEventId ?? position;
      waitMs = end.retryMs ?? (end.events > 0 ? RETRY_MS : isFirst ? waitMs : waitMs * 2);
    } else {
      const status = statusOf(response);
      const body = await readExcerpt(response, EXCERPT_BYTES);
      if ([401, 502, 503].includes(status)) throw refusal(response, body);
      if (status === 404 && !isFirst) throw sessionLost();
      // It has no such stream (405), or none for us: it then speaks only when it is spoken to. 504: whoever stands before it wants to
      // see a byte now and then.
      if (status !== 504) return;
      waitMs *= 2;
    }
    waitMs = Math.min(waitMs, MAX_RETRY_MS);
    await pauseBetween(clock, waitMs, signal);
  }
}
