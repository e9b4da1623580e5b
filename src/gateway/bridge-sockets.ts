import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';

/** How a `holdfast connect` says who it is: whoever ends this manager wants to know that it would start the next one. */
export const BRIDGE_AGENT = 'holdfast-connect';

/** The connections on which a bridge has asked for something, as long as they last. */
export class BridgeSockets {
  readonly #open = new Set<EventEmitter>();

  get isAny(): boolean {
    return this.#open.size > 0;
  }

  note({ headers, socket }: { readonly headers: IncomingHttpHeaders; readonly socket: EventEmitter }): void {
    if (headers['user-agent'] !== BRIDGE_AGENT || this.#open.has(socket)) return;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }
}
