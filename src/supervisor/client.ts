import { callOut } from '../errors/call-out.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import type { Clock } from '../process/clock.ts';
import type { CallOptions } from '../session/call.ts';
import { itemsOf, LISTS, type ListKind } from '../session/catalogue.ts';
import { notification, request } from '../session/json-text.ts';
import { MAX_PAGES } from '../session/lists.ts';
import { serverErrorOf } from '../session/server-error.ts';
import type { Instance } from './instance.ts';

export interface RequestOptions {
  /** Ends the call after this time; the server's `callTimeoutMs` where it is absent, 0 for no limit. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asks the server for progress, and is called with each `params` that comes. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The `params` of `notifications/progress`. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** Where a client's words go. */
export interface Served {
  readonly first: Instance;
  request(text: string, options: CallOptions): Promise<string>;
}

/** The verbs of the library as a client of one server: makes the JSON-RPC text, and reads the answer. */
export class Client {
  readonly #server: Served;
  readonly #clock: Clock;
  #lastId = 0;

  constructor(server: Served, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  get #instance(): Instance {
    return this.#server.first;
  }

  /**
   * Any request. Resolves with its `result`.
   *
   * @throws HoldfastError TOOL_CALL_FAILED when the server answers with an error, or why there is no answer.
   */
  async request(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    const id = this.#nextId();
    const { onProgress } = options;
    const wantsProgress = onProgress !== undefined;
    const meta = wantsProgress ? { _meta: { ...(params as { _meta?: object })._meta, progressToken: id } } : {};
    const answer = await this.requestRaw(request(String(id), method, { ...params, ...meta }), {
      ...options,
      onProgress: undefined,
      onProgressText: wantsProgress
        ? text => callOut(() => onProgress((JSON.parse(text) as { params: Progress }).params))
        : undefined,
    });
    const { error, result } = JSON.parse(answer) as { error?: unknown; result?: unknown };
    if (error === undefined) return result;
    throw this.#refused(method, error);
  }

  /** Any request, as raw JSON-RPC text with an id of the caller's; resolves with the raw answer under that id. */
  requestRaw(
    text: string,
    options: RequestOptions & { readonly onProgressText?: ((text: string) => void) | undefined } = {},
  ): Promise<string> {
    const timeoutMs = options.timeoutMs ?? this.#instance.config.options.callTimeoutMs;
    const deadline = timeoutMs === 0 ? Infinity : this.#clock.now() + timeoutMs;
    return this.#server.request(text, { deadline, signal: options.signal, onProgress: options.onProgressText });
  }

  /** A notification, as raw JSON-RPC text; dropped while the server is down. */
  notify(method: string, params?: object): void {
    this.#instance.session.notify(notification(method, params));
  }

  /** A tool, by name. @throws HoldfastError TOOL_UNKNOWN, with the nearest name, where the tools are known and it is none of them. */
  async callTool(name: string, args: object, options?: RequestOptions): Promise<unknown> {
    const { catalogue } = this.#instance.session;
    if (this.#instance.model.state.name === 'ready' && catalogue.hasTool(name) === false) {
      const names = (catalogue.list('tools') ?? []).map(tool => tool.key);
      const details = { tool: name, nearest: nearest(name, names) };
      throw new HoldfastError('TOOL_UNKNOWN', { server: this.#instance.config.name, details });
    }
    return this.request('tools/call', { name, arguments: args }, options);
  }

  /** Every item of a list, all pages; the last good list while the server is down. */
  async list(kind: ListKind, options?: RequestOptions): Promise<Record<string, unknown>[]> {
    const { session, model } = this.#instance;
    if (model.state.name === 'ready' && !session.offers(kind)) return [];
    const items: Record<string, unknown>[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { method } = LISTS[kind];
      const params = cursor === undefined ? undefined : { cursor };
      const answer = await this.requestRaw(request(String(this.#nextId()), method, params), options);
      const { error, result } = JSON.parse(answer) as { error?: unknown; result?: { nextCursor?: unknown } | null };
      if (error !== undefined) throw this.#refused(method, error);
      for (const item of itemsOf(kind, answer)) items.push(JSON.parse(item.raw) as Record<string, unknown>);
      if (typeof result?.nextCursor !== 'string' || result.nextCursor === cursor) return items;
      cursor = result.nextCursor;
    }
    const details = { kind, why: `it gave more than ${MAX_PAGES} pages` };
    throw new HoldfastError('TOOL_LIST_FAILED', { server: this.#instance.config.name, details });
  }

  #refused(method: string, error: unknown): HoldfastError {
    const { code, message } = serverErrorOf(error);
    const details = { rpcCode: code, rpcMessage: message, rpcData: (error as { data?: unknown } | null)?.data, method };
    return new HoldfastError('TOOL_CALL_FAILED', { server: this.#instance.config.name, details });
  }

  #nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }
}
