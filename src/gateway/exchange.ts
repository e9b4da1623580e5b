import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Envelope } from '../session/json-text.ts';
import type { Backend } from './backend.ts';

/** One POST that has passed the guard, its body read and parsed once. Whoever takes it answers it, on `response`, exactly once. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly backend: Backend;
  /** Who is behind the token; sessions and sealed state are bound to it. */
  readonly principal: string;
  readonly envelope: Envelope;
}

/** A front for one era. */
export interface PostFront {
  post(exchange: Exchange): Promise<void>;
  /** Ends the streams of what is kept for single servers that are none of these. */
  endBut(servers: readonly string[]): void;
  /** Ends every stream that is open. */
  close(): void;
}
