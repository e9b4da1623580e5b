import { isObject } from '../config/is-object.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { RESERVED } from '../session/era.ts';
import { notification, parseMessage, request } from '../session/json-text.ts';
import type { Explain, Reply } from './modern-reply.ts';
import { type ModernRequest, RPC } from './modern-request.ts';
import type { ModernSession, SessionUser } from './modern-sessions.ts';
import { resultText, withMeta } from './modern-text.ts';
import { askForEach, checkSubscriptions } from './subscribing.ts';

/** What a client wants to hear of, in the words of `subscriptions/listen`. */
interface Filter {
  toolsListChanged?: true;
  promptsListChanged?: true;
  resourcesListChanged?: true;
  resourceSubscriptions?: string[];
}

const LIST_CHANGES = [
  ['tools', 'toolsListChanged'],
  ['prompts', 'promptsListChanged'],
  ['resources', 'resourcesListChanged'],
] as const;

/** Everything else is told to nobody here. */
const CHANGE = /list_changed|resources\\?\/updated/;
/** What is kept of it, in characters, until the client knows what it will hear of. */
const MAX_EARLY = 1_048_576;

/** What of a wish the server can fulfil; null where it is no wish. Pure. */
export function honoured(wish: unknown, capabilities: unknown): Filter | null {
  if (!isObject(wish)) return null;
  const can = (name: string, what: string) => {
    const part = isObject(capabilities) ? capabilities[name] : undefined;
    return isObject(part) && part[what] === true;
  };
  const filter: Filter = {};
  for (const [name, field] of LIST_CHANGES) if (wish[field] === true && can(name, 'listChanged')) filter[field] = true;
  const uris = wish.resourceSubscriptions ?? [];
  if (!Array.isArray(uris) || !uris.every(uri => typeof uri === 'string')) return null;
  if (uris.length > 0 && can('resources', 'subscribe')) filter.resourceSubscriptions = [...new Set<string>(uris)];
  return filter;
}

/** One `subscriptions/listen`: a stream that stays open and tells of what changes. */
export class Listening implements SessionUser {
  readonly #session: ModernSession;
  readonly #reply: Reply;
  readonly #request: ModernRequest;
  readonly #explain: Explain;
  readonly #onEnd: (listening: Listening) => void;
  readonly #abort = new AbortController();
  /** Null until the client knows what it will hear of. */
  #filter: Filter | null = null;
  /** What came before. */
  #early: string[] = [];
  #earlySize = 0;
  #hasEnded = false;

  constructor(
    session: ModernSession,
    request: ModernRequest,
    reply: Reply,
    explain: Explain,
    onEnd: (listening: Listening) => void,
  ) {
    this.#session = session;
    this.#request = request;
    this.#reply = reply;
    this.#explain = explain;
    this.#onEnd = onEnd;
    session.user = this;
    reply.onGone(() => this.#end());
    void this.#start();
  }

  /** Null where it listens to all as one. */
  get server(): string | null {
    return this.#session.backend.server;
  }

  onQuestion({ id }: { readonly id: { readonly raw: string } }): void {
    this.#session.respond(
      `{"jsonrpc":"2.0","id":${id.raw},"error":{"code":${RPC.internal},"message":"nobody can be asked on this stream"}}`,
    );
  }

  onNotification(text: string): void {
    if (this.#filter === null) this.#keep(text);
    else if (isWanted(this.#filter, text)) this.#tell(text);
  }

  /** Ends the stream in good order. */
  close(): void {
    if (this.#hasEnded) return;
    const idRaw = this.#id;
    if (this.#filter !== null) this.#reply.answer(200, resultText(idRaw, closing(idRaw, this.#session.serverInfo)));
    else this.#reply.fail(idRaw, new HoldfastError('CONNECTION_CLOSED'), this.#explain);
    this.#end();
  }

  get #id(): string {
    return this.#request.envelope.id.raw;
  }

  async #start(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const { capabilities } = JSON.parse(await this.#session.initialized(signal)) as { capabilities?: unknown };
      const wish = (this.#request.envelope.value.params as { notifications?: unknown }).notifications;
      const filter = honoured(wish, capabilities);
      if (filter === null) {
        const message = '"notifications" must be an object with the kinds that are wanted';
        this.#reply.refuse(this.#id, { status: 200, code: RPC.invalidParams, message });
        return this.#end();
      }
      if (filter.resourceSubscriptions !== undefined) await this.#subscribe(filter.resourceSubscriptions);
      this.#begin(filter);
    } catch (error) {
      this.#reply.fail(this.#id, error, this.#explain);
      this.#end();
    }
  }

  /** Those that the server refuses are taken out of the list. */
  async #subscribe(uris: string[]): Promise<void> {
    checkSubscriptions(new Set(uris));
    const options = { deadline: Infinity, signal: this.#abort.signal };
    const answers = await askForEach(uris, uri =>
      this.#session.request(request('1', 'resources/subscribe', { uri }), options),
    );
    const taken = uris.filter((_, index) => {
      const parsed = parseMessage(answers[index] ?? '');
      return parsed.ok && parsed.envelope.kind === 'response' && parsed.envelope.result !== null;
    });
    uris.splice(0, uris.length, ...taken);
  }

  /** A server may take its time with subscriptions, and say much meanwhile. */
  #keep(text: string): void {
    if (this.#hasEnded || !CHANGE.test(text)) return;
    this.#early.push(text);
    this.#earlySize += text.length;
    if (this.#earlySize <= MAX_EARLY) return;
    const why = 'the server told of more changes than could be kept before it took the subscriptions';
    this.#reply.fail(this.#id, new HoldfastError('CONNECTION_LOST', { details: { why } }), this.#explain);
    this.#end();
  }

  #begin(filter: Filter): void {
    if (this.#hasEnded) return;
    if (filter.resourceSubscriptions?.length === 0) delete filter.resourceSubscriptions;
    this.#tell(notification('notifications/subscriptions/acknowledged', { notifications: filter }));
    this.#filter = filter;
    for (const text of this.#early.splice(0)) this.onNotification(text);
    // Of nothing nothing can be told: the client need not wait for it.
    if (Object.keys(filter).length === 0) this.close();
  }

  #tell(text: string): void {
    // A client that does not read has to begin anew: what it missed cannot be told from what did not happen.
    if (!this.#reply.notify(withMeta(text, `${RESERVED}subscriptionId`, this.#id))) this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#abort.abort();
    this.#reply.end();
    this.#session.close();
    this.#onEnd(this);
  }
}

function closing(idRaw: string, serverInfo: string | null): string {
  const info = serverInfo === null ? '' : `,"${RESERVED}serverInfo":${serverInfo}`;
  return `{"resultType":"complete","_meta":{"${RESERVED}subscriptionId":${idRaw}${info}}}`;
}

function isWanted(filter: Filter, text: string): boolean {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.envelope.kind !== 'notification') return false;
  const { method, value } = parsed.envelope;
  if (method === 'notifications/resources/updated') {
    const uri = (value.params as { uri?: unknown } | undefined)?.uri;
    return typeof uri === 'string' && filter.resourceSubscriptions?.includes(uri) === true;
  }
  return LIST_CHANGES.some(
    ([name, field]) => method === `notifications/${name}/list_changed` && filter[field] === true,
  );
}
