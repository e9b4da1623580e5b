import type { CallOptions } from '../session/call.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import type { Catalogue } from '../session/catalogue.ts';
import type { Handshake } from '../session/handshake.ts';
import type { RequestEnvelope } from '../session/json-text.ts';

/** What a client can do and what it works on: clients that are equal in both may share a process. */
export interface ClientProfile {
  /** The client's capabilities, as it gave them. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** The raw result of its `roots/list`; null where it has no roots, or has not told them. */
  readonly roots: string | null;
  readonly clientInfo: { readonly name: string; readonly version: string };
}

/** A client, as a server sees it through an attachment: raw text, under ids that are unique in this manager. */
export interface AttachedClient {
  /** Answer it with `Attachment.respond`, under the id that it carries. */
  onRequest(text: string): void;
  /** Progress is not among these: it goes to the call's own `onProgress`. */
  onNotification(text: string): void;
}

/** One client of one server. Which process it is served by, alone or with others, is decided behind this. */
export interface Attachment {
  readonly server: string;
  /** What the server said of itself at `initialize`, in this run or an earlier one; null where it was never heard. */
  readonly handshake: Handshake | null;
  /** The last good lists; they stay while the server is down. */
  readonly catalogue: Catalogue;
  /** What a request waits for ("starting files, attempt 1 of 4"); null where the server is there, or rests. */
  readonly waitingFor: string | null;
  /**
   * One request as raw JSON-RPC text, or as its envelope where it has been parsed; resolves with the raw answer under the same id. It waits while the server is on its way, and
   * starts one that rests.
   *
   * @throws HoldfastError as the call table of DESIGN §5 says; CONNECTION_CLOSED after `detach`.
   */
  request(message: string | RequestEnvelope, options: CallOptions): Promise<string>;
  /** A notification of the client, raw; those about one client's own calls and roots never come here. */
  notify(text: string): void;
  /** The client's answer to a question; false when that question is not open any more. */
  respond(text: string): boolean;
  /** Its capabilities or roots have changed: calls from now on may go to another process. */
  setProfile(profile: ClientProfile): void;
  /** Resolves once the server has been heard, or rejects with why that will not be; `handshake` is set then. Starts one that rests. */
  whenKnown(signal: CancelSignal): Promise<void>;
  /** The client is gone: its calls are cancelled, its subscriptions given back, a process of its own ends. */
  detach(): void;
}
