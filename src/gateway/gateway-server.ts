import type { ServerOptions } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import type { Handshake } from '../session/handshake.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../supervisor/attachment.ts';

/** One configured server, as the gateway sees it. */
export interface GatewayServer {
  readonly name: string;
  /** Which of its tools are offered. */
  readonly tools: ServerOptions['tools'];
  attach(profile: ClientProfile, client: AttachedClient): Attachment;
  /** Stopped by a person (desired `down`): what it has is not offered meanwhile. */
  isStopped(): boolean;
  /** Its last start has failed, whether another is to come or not: nobody waits for what may never be there. */
  hasFailed(): boolean;
}

/** What a server said of itself; from what is kept, or once it has been heard. @throws HoldfastError why it cannot be heard. */
export async function handshakeOf(attachment: Attachment, signal: CancelSignal): Promise<Handshake> {
  if (attachment.handshake === null) await attachment.whenKnown(signal);
  if (attachment.handshake !== null) return attachment.handshake;
  throw new HoldfastError('CONNECTION_CLOSED', { server: attachment.server });
}
