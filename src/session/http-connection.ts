import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../process/clock.ts';
import { networkFault } from './http-errors.ts';

export interface HttpConnectionSetup {
  readonly url: URL;
  /** Sent with every request; ours go before them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whose sockets are used, for this connection alone; it is destroyed in the end. */
  readonly agent: Agent;
  readonly clock: Clock;
}

export interface SendOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** The whole request has been handed to the system. */
  readonly onWritten?: (() => void) | undefined;
}

/** A host that does not even take the connection is given up after this time. */
const CONNECT_MS = 10_000;
/** A peer that has vanished without a word is looked for by the system after this time. */
const TCP_KEEP_ALIVE_MS = 30_000;
const MAX_REDIRECTS = 3;

/** HTTP requests to one address. It has no time limit but for connecting: a call may take hours. */
export class HttpConnection {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  readonly #clock: Clock;
  #url: URL;

  constructor({ url, headers, agent, clock }: HttpConnectionSetup) {
    this.#url = url;
    this.#headers = { 'user-agent': 'holdfast', ...lowerCased(headers), 'accept-encoding': 'identity' };
    this.#agent = agent;
    this.#clock = clock;
  }

  /** Resolves with the response once its head is there. @throws HoldfastError why there is none */
  async send(method: 'POST' | 'GET' | 'DELETE', options: SendOptions): Promise<IncomingMessage> {
    for (let redirects = 0; ; redirects++) {
      const response = await this.#sendOnce(method, options);
      const target = redirects < MAX_REDIRECTS ? this.#redirection(response) : null;
      if (target === null) return response;
      response.resume();
      this.#url = target;
    }
  }

  /** Closes every socket, whatever is under way. */
  destroy(): void {
    this.#agent.destroy();
  }

  #sendOnce(method: string, { headers, body, signal, onWritten }: SendOptions): Promise<IncomingMessage> {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const isSecure = this.#url.protocol === 'https:';
      const request = (isSecure ? httpsRequest : httpRequest)(this.#url, {
        method,
        agent: this.#agent,
        headers: {
          ...this.#headers,
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        signal,
      });
      request.once('response', resolve);
      // Also after the response: that breaks by itself then, and says so.
      request.on('error', reject);
      if (onWritten !== undefined) request.once('finish', onWritten);
      request.setSocketKeepAlive(true, TCP_KEEP_ALIVE_MS);
      this.#limitConnecting(request, isSecure);
      request.end(body);
    }).catch((error: unknown) => {
      throw networkFault(error, this.#url.host);
    });
  }

  #limitConnecting(request: ClientRequest, isSecure: boolean): void {
    const timer = this.#clock.setTimer(CONNECT_MS, () =>
      request.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' })),
    );
    request.once('socket', socket => {
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', () => timer.cancel());
      else timer.cancel();
    });
    request.once('close', () => timer.cancel());
  }

  /** Many frameworks send `/mcp` to `/mcp/`. Another origin must not get our headers. */
  #redirection({ statusCode, headers: { location } }: IncomingMessage): URL | null {
    if ((statusCode !== 307 && statusCode !== 308) || location === undefined) return null;
    if (!URL.canParse(location, this.#url.href)) return null;
    const target = new URL(location, this.#url);
    return target.origin === this.#url.origin ? target : null;
  }
}

/** Else `Accept` of the configuration would stand beside our `accept`. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
