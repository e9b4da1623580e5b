import type { IncomingMessage } from 'node:http';
import { OversizeScanner } from '../process/oversize.ts';
import { type OversizeEvent, type SseListener, SseParser } from './sse-parser.ts';

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'oversize' } & OversizeEvent)
  /** The connection broke before its end. */
  | { readonly kind: 'broken' };

/** A whole body, as far as it keeps to the limit; of a longer one, what is known of the JSON-RPC message in it. */
export function readBody(response: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let scanner: OversizeScanner | null = null;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (scanner === null && bytes > maxBytes) {
      scanner = new OversizeScanner();
      for (const kept of chunks.splice(0)) scanner.push(kept);
    }
    if (scanner === null) chunks.push(chunk);
    else scanner.push(chunk);
  });
  return ended(response).then(isWhole => {
    if (!isWhole) return { kind: 'broken' };
    if (scanner !== null) return { kind: 'oversize', bytes, ...scanner.found() };
    return { kind: 'text', text: Buffer.concat(chunks).toString('utf8') };
  });
}

/** The beginning of a body that is only for people; the rest is not waited for. */
export async function readExcerpt(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) response.destroy();
  });
  await ended(response);
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

/** How a stream of events ended. */
export interface StreamEnd {
  /** Where it can be taken up again; null where the server gave nothing for that. */
  readonly lastEventId: string | null;
  readonly retryMs: number | null;
  readonly events: number;
}

/** Reads events until the stream ends, whoever ends it. */
export async function readEvents(
  response: IncomingMessage,
  maxBytes: number,
  listener: SseListener,
): Promise<StreamEnd> {
  let events = 0;
  const parser = new SseParser(maxBytes, {
    onEvent: event => {
      events++;
      listener.onEvent(event);
    },
    onOversize: event => {
      events++;
      listener.onOversize(event);
    },
  });
  response.on('data', (chunk: Buffer) => parser.push(chunk));
  await ended(response);
  return { lastEventId: parser.lastEventId || null, retryMs: parser.retryMs, events };
}

/** Resolves with false where the body broke off. */
function ended(response: IncomingMessage): Promise<boolean> {
  return new Promise(resolve => {
    // It is told by `close`, too; without a listener it would end the whole manager.
    response.on('error', () => {});
    response.once('close', () => resolve(response.complete));
  });
}
