// One client of a Streamable HTTP endpoint, by hand. It retries nothing and hides nothing: strays and second answers are kept.
import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import type { Message, Params } from '../fixtures/lib/protocol.ts';

export interface HttpSessionOptions {
  readonly url: string;
  readonly token?: string | null;
  readonly name?: string;
  readonly capabilities?: Params;
  readonly protocolVersion?: string;
  /** Answers the server's questions, by method; others get -32601. One that never resolves is never answered. */
  readonly answers?: Readonly<Record<string, (params: Params) => unknown>>;
  /** Shared by many sessions; default one of its own. */
  readonly agent?: Agent;
}

/** A status that is no success. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`HTTP ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

export interface RequestHow {
  readonly id?: unknown;
  /** Hangs up; what the server makes of that is its own matter. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Pending {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

export class HttpSession {
  /** `Mcp-Session-Id`, once the server has given one. */
  id: string | undefined;
  /** The answer to `initialize`. */
  initialized: Message = {};
  /** Notifications, in order, whichever stream they came on. */
  readonly heard: Message[] = [];
  /** What the server asked, in order. */
  readonly asked: Message[] = [];
  /** Answers to nothing that is open: another client's, or a second one. */
  readonly strays: Message[] = [];
  /** Why answers to the server's questions could not be given. */
  readonly unsaid: Error[] = [];
  /** The id of the last event on any stream. */
  lastEventId: string | undefined;
  readonly #options: HttpSessionOptions;
  readonly #agent: Agent;
  readonly #pending = new Map<string, Pending>();
  readonly #requests = new Set<ClientRequest>();
  #ids = 0;

  constructor(options: HttpSessionOptions) {
    this.#options = options;
    this.#agent = options.agent ?? new Agent({ keepAlive: true });
  }

  /** A session that has shaken hands. */
  static async open(options: HttpSessionOptions): Promise<HttpSession> {
    const session = new HttpSession(options);
    const { name = 'http', capabilities = {}, protocolVersion = '2025-11-25' } = options;
    const clientInfo = { name, version: '1' };
    session.initialized = await session.request('initialize', { protocolVersion, capabilities, clientInfo });
    if (session.initialized.error) throw new Error(JSON.stringify(session.initialized.error));
    await session.notify('notifications/initialized');
    return session;
  }

  /** Resolves with the whole answer, also where it is an error. Rejects where the stream ends without one. */
  async request(method: string, params: Params = {}, how: RequestHow = {}): Promise<Message> {
    const id = how.id ?? ++this.#ids;
    const key = JSON.stringify(id);
    const answer = new Promise<Message>((resolve, reject) => this.#pending.set(key, { resolve, reject }));
    const gone = (error: Error) => {
      this.#pending.get(key)?.reject(error);
      this.#pending.delete(key);
    };
    this.#post({ id, method, params }, how).then(
      () => gone(new Error(`${method} ${key}: ended without an answer`)),
      gone,
    );
    return answer;
  }

  call(name: string, args: Params = {}, how: RequestHow & { readonly progressToken?: unknown } = {}): Promise<Message> {
    const { progressToken, ...rest } = how;
    const meta = progressToken === undefined ? {} : { _meta: { progressToken } };
    return this.request('tools/call', { name, arguments: args, ...meta }, rest);
  }

  async notify(method: string, params: Params = {}): Promise<void> {
    await this.#post({ method, params });
  }

  /** Opens the GET stream; resolves once it is open. */
  listen(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#exchange('GET', '', { accept: 'text/event-stream', ...headers }, {}, resolve).catch(reject);
    });
  }

  /** Ends the session at the server. */
  async end(): Promise<void> {
    await this.#exchange('DELETE', '', {});
  }

  /** Lets go of every connection, and tells the server nothing. */
  hangUp(): void {
    for (const request of this.#requests) request.destroy();
    if (this.#options.agent === undefined) this.#agent.destroy();
  }

  #post(message: object, { signal, headers = {} }: RequestHow = {}): Promise<void> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const own = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    return this.#exchange('POST', body, { ...own, ...headers }, signal === undefined ? {} : { signal });
  }

  /** Resolves at the end of the answer. */
  #exchange(
    method: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    options: { readonly signal?: AbortSignal } = {},
    onOpen: () => void = () => {},
  ): Promise<void> {
    const { url, token, protocolVersion = '2025-11-25' } = this.#options;
    const session = this.id === undefined ? {} : { 'mcp-session-id': this.id, 'mcp-protocol-version': protocolVersion };
    const authorization = token == null ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        agent: this.#agent,
        headers: { ...authorization, ...session, ...headers },
        ...options,
      });
      this.#requests.add(request);
      request.once('close', () => this.#requests.delete(request));
      request.once('error', reject);
      request.once('response', response => {
        this.id ??= response.headers['mcp-session-id'] as string | undefined;
        onOpen();
        this.#read(response).then(resolve, reject);
      });
      request.end(body);
    });
  }

  async #read(response: IncomingMessage): Promise<void> {
    const { statusCode = 0, headers } = response;
    response.setEncoding('utf8');
    let rest = '';
    if (statusCode < 300 && headers['content-type']?.startsWith('text/event-stream')) {
      for await (const chunk of response) {
        const events = (rest + chunk).split(/\r?\n\r?\n/);
        rest = events.pop() ?? '';
        for (const event of events) this.#event(event);
      }
      return;
    }
    for await (const chunk of response) rest += chunk;
    if (statusCode >= 300) throw new HttpError(statusCode, rest);
    if (rest !== '') this.#incoming(JSON.parse(rest) as Message);
  }

  #event(event: string): void {
    const lines = event.split(/\r?\n/);
    const field = (name: string) =>
      lines.filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).trimStart());
    this.lastEventId = field('id').at(-1) ?? this.lastEventId;
    const data = field('data').join('\n');
    if (data !== '') this.#incoming(JSON.parse(data) as Message);
  }

  #incoming(message: Message): void {
    if (message.method === undefined) {
      const key = JSON.stringify(message.id);
      const pending = this.#pending.get(key);
      this.#pending.delete(key);
      if (pending === undefined) this.strays.push(message);
      else pending.resolve(message);
    } else if (message.id === undefined) this.heard.push(message);
    else this.#answer(message, message.method).catch((error: Error) => this.unsaid.push(error));
  }

  async #answer(question: Message, method: string): Promise<void> {
    this.asked.push(question);
    const run = this.#options.answers?.[method];
    const { id, params = {} } = question;
    const missing = { error: { code: -32601, message: `method not found: ${method}` } };
    const answer = run === undefined ? missing : { result: await run(params) };
    await this.#post({ id, ...answer });
  }
}

/** The text of a tool's answer; fails where it is an error. */
export function textOf({ result, error }: Message): string {
  const text = (result as { content?: { text?: unknown }[] } | undefined)?.content?.[0]?.text;
  if (typeof text !== 'string') throw new Error(`no text: ${JSON.stringify(error ?? result)}`);
  return text;
}
