import type { IncomingMessage } from 'node:http';
import type { Clock } from '../process/clock.ts';
import { pause } from '../process/wait.ts';
import { readExcerpt, type StreamEnd } from './http-body.ts';
import { connectionLost } from './http-errors.ts';
import type { Post } from './http-post.ts';
import { EXCERPT_BYTES, type HttpSession, isStream, refusal, sessionLost, statusOf } from './http-session.ts';

/** A stream that breaks is taken up again after this time, where the server does not say. */
const RETRY_MS = 1_000;
/** A server that ends its stream again and again, without a word, is asked ever more seldom. */
const MAX_RETRY_MS = 30_000;
const MIN_RETRY_MS = 50;
/** So often in a row the server may be out of reach when a stream with an answer to come is to be taken up. */
const MAX_RESUMES = 2;

/** Waits before a stream is taken up again. */
function pauseBetween(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
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

export interface Following {
  /** Whether it is taken up again where it breaks before the answer. */
  readonly resumes: boolean;
  read(response: IncomingMessage): Promise<StreamEnd>;
  onSessionLost(): void;
}

/**
 * Reads the stream that a POST was answered with, up to its answer.
 *
 * @throws HoldfastError when it has broken, and cannot be taken up again.
 */
export async function followStream(
  session: HttpSession,
  clock: Clock,
  post: Post,
  first: IncomingMessage,
  { resumes, read, onSessionLost }: Following,
): Promise<void> {
  const { signal } = post.controller;
  let position: string | null = null;
  let retryMs = RETRY_MS;
  let failures = 0;
  for (let response: IncomingMessage | null = first; ; ) {
    if (response !== null) {
      const end: StreamEnd = await read(response);
      position = end.lastEventId ?? position;
      retryMs = end.retryMs ?? retryMs;
      if (end.events > 0 || end.lastEventId !== null) failures = 0;
    }
    if (post.isOver) return;
    if (position === null || !resumes) throw connectionLost('a stream ended before the answer');
    await pauseBetween(clock, retryMs * 2 ** failures, signal);
    if (post.isOver) return;
    response = await resumed(session, signal, position, failures >= MAX_RESUMES);
    failures++;
    if (response === null || isStream(response)) continue;
    response.resume();
    if (statusOf(response) === 404) return onSessionLost();
    throw connectionLost(`a stream could not be taken up again (HTTP status ${statusOf(response)})`);
  }
}

/** Null where the server is out of reach, and that may pass. */
async function resumed(
  session: HttpSession,
  signal: AbortSignal,
  lastEventId: string,
  isLastTry: boolean,
): Promise<IncomingMessage | null> {
  try {
    return await session.get(signal, lastEventId);
  } catch (error) {
    if (signal.aborted || isLastTry) throw error;
    return null;
  }
}
