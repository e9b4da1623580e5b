import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import type { Clock } from '../process/clock.ts';
import { itemsOf, LISTS, type ListKind } from '../session/catalogue.ts';
import { notification, parseMessage, request } from '../session/json-text.ts';
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

/** The verbs of a client, for one instance: makes the JSON-RPC text, and reads the answer. */
export class Client {
  readonly #instance: Instance;
  readonly #clock: Clock;
  #lastId = 0;

  constructor(instance: Instance, clock: Clock) {
    this.#instance = instance;
    this.#clock = clock;
  }

  /**
   * Any request. Resolves with its `result`.
   *
   * @throws HoldfastError TOOL_CALL_FAILED when the server answers with an error, or why there is no answer.
   */
  async request(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    const id = this.#nextId();
    const wantsProgress = options.onProgress !== undefined;
    const meta = wantsProgress ? { _meta: { ...(params as { _meta?: object })._meta, progressToken: id } } : {};
    const answer = await this.requestRaw(request(String(id), method, { ...params, ...meta }), {
      ...options,
      onProgress: undefined,
      onProgressText: wantsProgress
        ? text => options.onProgress?.((JSON.parse(text) as { params: Progress }).params)
        : undefined,
    });
    const { error, result } = JSON.parse(answer) as {
      error?: { code?: unknown; message?: unknown; data?: unknown };
      result?: unknown;
    };
    if (error === undefined) return result;
    const details = { rpcCode: error.code, rpcMessage: error.message, rpcData: error.data, method };
    throw new HoldfastError('TOOL_CALL_FAILED', { server: this.#instance.config.name, details });
  }

  /** Any request, as raw JSON-RPC text with an id of the caller's; resolves with the raw answer under that id. */
  requestRaw(
    text: string,
    options: RequestOptions & { readonly onProgressText?: ((text: string) => void) | undefined } = {},
  ): Promise<string> {
    const timeoutMs = options.timeoutMs ?? this.#instance.config.options.callTimeoutMs;
    const deadline = timeoutMs === 0 ? Infinity : this.#clock.now() + timeoutMs;
    return this.#instance.request(text, { deadline, signal: options.signal, onProgress: options.onProgressText });
  }

  /** A notification, as raw JSON-RPC text; dropped while the server is down. */
  notify(method: string, params?: object): void {
    this.#instance.session.notify(notification(method, params));
  }

  /** A tool, by name. @throws HoldfastError TOOL_UNKNOWN, with the nearest name, where the tools are known and it is none of them. */
  async callTool(name: string, args: object, options?: RequestOptions): Promise<unknown> {
    const tools = this.#instance.session.catalogue.list('tools');
    if (this.#instance.model.state.name === 'ready' && tools !== null && !tools.some(tool => tool.key === name)) {
      const details = {
        tool: name,
        nearest: nearest(
          name,
          tools.map(tool => tool.key),
        ),
      };
      throw new HoldfastError('TOOL_UNKNOWN', { server: this.#instance.config.name, details });
    }
    return this.request('tools/call', { name, arguments: args }, options);
  }

  /** Every item of a list, all pages; the last good list while the server is down. */
  async list(kind: ListKind, options?: RequestOptions): Promise<Record<string, unknown>[]> {
    const { session, model } = this.#instance;
    if (model.state.name === 'ready' && !session.offers(kind)) return [];
    const items: Record<string, unknown>[] = [];
    for (let cursor: unknown; ; ) {
      const params = cursor === undefined ? {} : { cursor };
      const text = request(String(this.#nextId()), LISTS[kind].method, cursor === undefined ? undefined : params);
      const answer = parseMessage(await this.requestRaw(text, options));
      if (!answer.ok || answer.envelope.kind !== 'response') return items;
      const { error, result } = answer.envelope.value as {
        error?: { code?: unknown; message?: unknown };
        result?: { nextCursor?: unknown };
      };
      if (error != null) {
        const details = { rpcCode: error.code, rpcMessage: error.message, method: LISTS[kind].method };
        throw new HoldfastError('TOOL_CALL_FAILED', { server: this.#instance.config.name, details });
      }
      for (const item of itemsOf(kind, answer.envelope.text))
        items.push(JSON.parse(item.raw) as Record<string, unknown>);
      if (typeof result?.nextCursor !== 'string' || result.nextCursor === cursor) return items;
      cursor = result.nextCursor;
    }
  }

  #nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }
}
