import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Envelope } from './json-text.ts';
import type { OversizeEvent } from './sse-parser.ts';

/** A message that was sent; `key`: the id of a request, as text. */
export interface SentMessage {
  readonly key: string | null;
  readonly method: string | null;
}

export interface HttpListener {
  /** A message of the server, on whichever stream it came. */
  onMessage(envelope: Envelope): void;
  /** A message over the limit was skipped. */
  onOversize(message: OversizeEvent): void;
  /** The server sent something that is no message. */
  onNoise(why: string): void;
  /** One message was refused, or will not be answered; all else goes on. */
  onFailed(message: SentMessage, error: HoldfastError): void;
  /** The connection of one message that had been sent broke, and it may have run. Whether the session is still there is not known. */
  onBroken(message: SentMessage, error: HoldfastError): void;
  /** The session is gone, or the server. Once, and nothing after it. */
  onLost(error: HoldfastError): void;
}
