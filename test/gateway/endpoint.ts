// An endpoint over fake backends, and clients that speak plain HTTP to it.
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import type { GatewayOptions } from '../../src/config/types.ts';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { type HttpEndpoint, type ServeHttpOptions, serveHttp } from '../../src/gateway/serve-http.ts';
import { memorySessions } from '../../src/gateway/session-store.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';
import { eventually } from '../support/eventually.ts';
import { FakeBackend } from './fake-backend.ts';

export const TOKEN = 'a-token-of-the-test';

export interface Served {
  readonly endpoint: HttpEndpoint;
  readonly backend: FakeBackend;
  readonly events: NewEvent[];
}

type Changes = Partial<Omit<ServeHttpOptions, 'gateway'>> & { readonly limits?: Partial<GatewayOptions> };

/** At `/servers/files/mcp` and `/mcp`; both end with the test. */
export async function serve(t: TestContext, { limits = {}, ...changes }: Changes = {}): Promise<Served> {
  const backend = new FakeBackend();
  const all = new FakeBackend(null);
  const events: NewEvent[] = [];
  const { gateway } = configFromObject({}, { env: {}, home: '/', cwd: '/' });
  const endpoint = await serveHttp({
    gateway: { ...gateway, port: 0, ...limits },
    token: TOKEN,
    backendFor: server => (server === null ? all : server === 'files' ? backend : null),
    servers: () => ['files'],
    modern: null,
    sessions: memorySessions,
    unready: () => [],
    metrics: async () => ({ text: '', contentType: 'text/plain; version=0.0.4' }),
    site: null,
    explain: error => rpcErrorOf(error, line => line),
    emit: event => void events.push(event),
    ...changes,
  });
  t.after(() => endpoint.close());
  return { endpoint, backend, events };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, or each event's data, as JSON. */
  readonly messages: readonly Message[];
}

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly code: string; readonly mayHaveRun?: boolean };
  };
}

export interface Event {
  readonly id: string | null;
  readonly data: string;
}

/** A request whose answer is still coming. */
export interface Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What has come so far. */
  text(): string;
  events(): Event[];
  messages(): Message[];
  /** Waits for that many messages. */
  until(count: number): Promise<Message[]>;
  readonly ended: Promise<void>;
  /** Hangs up. */
  hangUp(): void;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer | object | undefined;
}

/** One request; resolves with the answer's headers. */
export function open(port: number, ask: Ask = {}): Promise<Stream> {
  const { method = 'POST', path = '/servers/files/mcp', headers = {}, body } = ask;
  const all = {
    authorization: `Bearer ${TOKEN}`,
    accept: 'application/json, text/event-stream',
    ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers: given, agent: false }, response =>
      resolve(streamOf(response, () => asked.destroy())),
    );
    asked.once('error', reject);
    asked.end(typeof body === 'string' || Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body));
  });
}

/** One request, with its whole answer. */
export async function ask(port: number, what: Ask = {}): Promise<Reply> {
  const stream = await open(port, what);
  await stream.ended;
  const { status, headers } = stream;
  return { status, headers, text: stream.text(), messages: stream.messages() };
}

function streamOf(response: IncomingMessage, hangUp: () => void): Stream {
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<void>(resolve => response.once('close', () => resolve()));
  response.on('error', () => {});
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
  const events = () => (isStream ? eventsOf(text) : []);
  const messages = (): Message[] => {
    if (isStream) return events().flatMap(({ data }) => (data === '' ? [] : [JSON.parse(data) as Message]));
    if (text === '') return [];
    const body = JSON.parse(text) as Message | Message[];
    return Array.isArray(body) ? body : [body];
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    events,
    messages,
    until: count =>
      eventually(() => (messages().length >= count ? messages() : null), {
        what: `${count} messages`,
      }) as Promise<Message[]>,
    ended,
    hangUp,
  };
}

function eventsOf(text: string): Event[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap(block => {
      const field = (name: string) =>
        block
          .split('\n')
          .find(line => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim();
      const data = field('data');
      return data === undefined ? [] : [{ id: field('id') ?? null, data }];
    });
}

/** A session of a legacy client. */
export class TestClient {
  readonly port: number;
  readonly path: string;
  headers: Record<string, string> = {};
  #lastId = 0;

  constructor(port: number, path = '/servers/files/mcp') {
    this.port = port;
    this.path = path;
  }

  get sessionId(): string {
    return this.headers['mcp-session-id'] ?? '';
  }

  async initialize(protocolVersion = '2025-11-25', capabilities: object = {}): Promise<Reply> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1.2.3' } };
    const reply = await this.ask({ jsonrpc: '2.0', id: 'init', method: 'initialize', params });
    const id = reply.headers['mcp-session-id'];
    if (typeof id === 'string') {
      const version = String(reply.messages[0]?.result?.protocolVersion);
      this.headers = { 'mcp-session-id': id, 'mcp-protocol-version': version };
    }
    return reply;
  }

  ask(body: Ask['body'], headers: Ask['headers'] = {}): Promise<Reply> {
    return ask(this.port, { path: this.path, body, headers: { ...this.headers, ...headers } });
  }

  open(body: Ask['body'], headers: Ask['headers'] = {}): Promise<Stream> {
    return open(this.port, { path: this.path, body, headers: { ...this.headers, ...headers } });
  }

  call(name: string, args: object = {}): Promise<Reply> {
    return this.ask(this.callText(name, args));
  }

  callText(name: string, args: object = {}): object {
    this.#lastId++;
    return { jsonrpc: '2.0', id: this.#lastId, method: 'tools/call', params: { name, arguments: args } };
  }

  listen(headers: Ask['headers'] = {}): Promise<Stream> {
    return open(this.port, { method: 'GET', path: this.path, headers: { ...this.headers, ...headers } });
  }

  end(): Promise<Reply> {
    return ask(this.port, { method: 'DELETE', path: this.path, headers: this.headers });
  }
}
