import { readError } from '../model/refusal.ts';
import type { HistoryReport, Report, ServerStatus, Tool, WireError } from '../model/wire.ts';

/** The manager said no. */
export class ApiError extends Error {
  readonly status: number;
  readonly error: WireError;

  constructor(status: number, error: WireError) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

export type Verb = 'start' | 'stop' | 'restart';

/** The control API, asked with the token that there is at that moment. */
export class Api {
  readonly #token: () => string | null;

  constructor(token: () => string | null) {
    this.#token = token;
  }

  status(signal?: AbortSignal): Promise<Report> {
    return this.#json('status', signal === undefined ? {} : { signal });
  }

  /** What has been sampled later than `since`. */
  history(since: number | null): Promise<HistoryReport> {
    return this.#json(since === null ? 'history' : `history?since=${since}`, {});
  }

  async tools(server: string): Promise<readonly Tool[]> {
    const { tools } = await this.#json<{ tools: readonly Tool[] }>(`tools?server=${encodeURIComponent(server)}`, {});
    return tools;
  }

  async call(server: string, tool: string, args: object, signal: AbortSignal): Promise<unknown> {
    const body = JSON.stringify({ server, tool, arguments: args });
    const headers = { 'content-type': 'application/json' };
    const { result } = await this.#json<{ result: unknown }>('call', { method: 'POST', body, headers, signal });
    return result;
  }

  /** Resolves once it is done, with how the server is then: one that was started may be down already. */
  steer(server: string, verb: Verb): Promise<ServerStatus> {
    return this.#json(`servers/${encodeURIComponent(server)}/${verb}`, { method: 'POST' });
  }

  /** Recent events, then each as it comes: one JSON object a line, until `signal` ends it. */
  async events(recent: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#ask(`events?recent=${recent}`, { signal });
    if (body === null) throw new TypeError('the manager sent no events');
    return body;
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.#ask(path, init);
    return (await response.json()) as T;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const token = this.#token();
    const headers = { ...init.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    // `cache`: nothing of it is the same a moment later.
    const response = await fetch(`api/${path}`, { ...init, headers, cache: 'no-store' });
    if (response.ok) return response;
    throw new ApiError(response.status, readError(response.status, await response.text()));
  }
}
