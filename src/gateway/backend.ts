import type { CallOptions } from '../session/call.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import type { RequestEnvelope } from '../session/json-text.ts';
import type { AttachedClient, ClientProfile } from '../supervisor/attachment.ts';

/** What a client talks to: one server untouched (`/servers/NAME/mcp`), or all servers as one (`/mcp`). */
export interface Backend {
  /** The server's name; null for all of them together. */
  readonly server: string | null;
  /** A client has come. Nothing is started by this alone. */
  open(profile: ClientProfile, client: AttachedClient): BackendSession;
}

/** One client at a backend. Fronts (HTTP, stdio, both eras) know servers through this alone. */
export interface BackendSession {
  /**
   * The raw result of `initialize` as the newest revision that the server speaks has it, `protocolVersion` included; the front lowers
   * that to what its client asked for. From what is kept, at once, where anything is.
   *
   * @throws HoldfastError why the server cannot be heard.
   */
  initializeResult(signal: CancelSignal): Promise<string>;
  /** As `Attachment.request`; never `initialize`, `ping` or `server/discover`, which fronts answer. A JSON-RPC error is an answer, not an exception. */
  request(message: string | RequestEnvelope, options: CallOptions): Promise<string>;
  notify(text: string): void;
  respond(text: string): boolean;
  setProfile(profile: ClientProfile): void;
  close(): void;
}

/** What a request needs that is complete in itself, and tells a server nothing besides. */
export type StatelessSession = Pick<BackendSession, 'initializeResult' | 'request' | 'respond' | 'close'>;

/** What such requests go to: any backend, or one for a single client (`one-client.ts`). */
export interface StatelessBackend {
  readonly server: string | null;
  open(profile: ClientProfile, client: AttachedClient): StatelessSession;
}
