import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import type { Backend, BackendSession } from '../../src/gateway/backend.ts';
import { ModernFront } from '../../src/gateway/modern-front.ts';
import { Seal } from '../../src/gateway/seal.ts';
import type { Clock } from '../../src/process/clock.ts';
import { type CallOptions, requestOf } from '../../src/session/call.ts';
import { parseMessage, type RequestEnvelope, rawMember } from '../../src/session/json-text.ts';
import type { AttachedClient, ClientProfile } from '../../src/supervisor/attachment.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const META = 'io.modelcontextprotocol/';

const INITIALIZED = JSON.stringify({
  protocolVersion: '2025-11-25',
  capabilities: {
    tools: { listChanged: true },
    prompts: {},
    resources: { subscribe: true },
    logging: {},
    tasks: { list: {} },
  },
  serverInfo: { name: 'fake', version: '1.0' },
  instructions: 'be kind',
});

type Json = Record<string, unknown>;

/** One request that the front has sent to the backend, to be answered by the test. */
export class Sent {
  readonly session: FakeSession;
  readonly text: string;
  readonly value: { readonly id: unknown; readonly method: string; readonly params: Json };
  readonly options: CallOptions;
  readonly answer: (rest: string) => void;
  readonly fail: (error: unknown) => void;

  constructor(session: FakeSession, text: string, options: CallOptions, settle: Pick<Sent, 'answer' | 'fail'>) {
    this.session = session;
    this.text = text;
    this.value = JSON.parse(text);
    this.options = options;
    /** `rest` is what stands beside the id: `"result":{}`. */
    // As it is written: -0 and 1.0 are ids, too.
    const id = rawMember(text, ['id'])?.raw ?? 'null';
    this.answer = rest => settle.answer(`{"jsonrpc":"2.0","id":${id},${rest}}`);
    this.fail = settle.fail;
  }

  /** The server asks something during this request; `id` is one that no other question has. */
  ask(id: number, method: string, params: Json = {}): void {
    this.session.client.onRequest(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }
}

export class FakeSession implements BackendSession {
  readonly profile: ClientProfile;
  readonly client: AttachedClient;
  /** What the front has answered to questions. */
  readonly responses: { readonly id: number; readonly result?: Json; readonly error?: { readonly code: number } }[] =
    [];
  isClosed = false;
  readonly #backend: FakeBackend;
  #responded: () => void = () => {};

  constructor(backend: FakeBackend, profile: ClientProfile, client: AttachedClient) {
    this.#backend = backend;
    this.profile = profile;
    this.client = client;
  }

  initializeResult(): Promise<string> {
    return this.#backend.initialized();
  }

  request(message: string | RequestEnvelope, options: CallOptions): Promise<string> {
    const { text } = requestOf(message);
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () =>
        reject(new HoldfastError('TOOL_CALL_CANCELLED', { mayHaveRun: true })),
      );
      this.#backend.take(new Sent(this, text, options, { answer: resolve, fail: reject }));
    });
  }

  notify(): void {
    assert.fail('the modern front has nothing to tell a server');
  }

  respond(text: string): boolean {
    this.responses.push(JSON.parse(text));
    this.#responded();
    return true;
  }

  /** Waits until so many questions are answered. */
  async responded(count: number): Promise<void> {
    while (this.responses.length < count) {
      await new Promise<void>(resolve => {
        this.#responded = resolve;
      });
    }
  }

  setProfile(): void {
    assert.fail('the profile of a request does not change');
  }

  close(): void {
    this.isClosed = true;
  }
}

export class FakeBackend implements Backend {
  readonly server: string;
  readonly sessions: FakeSession[] = [];
  initialized = (): Promise<string> => Promise.resolve(INITIALIZED);
  /** Answers at once what it can; null leaves a request to `next`. */
  answers: (sent: Sent) => string | null = () => null;
  readonly #waiting: Sent[] = [];
  #wanted: ((sent: Sent) => void) | null = null;

  constructor(server = 'fake') {
    this.server = server;
  }

  open(profile: ClientProfile, client: AttachedClient): FakeSession {
    const session = new FakeSession(this, profile, client);
    this.sessions.push(session);
    return session;
  }

  /** The next request that comes, or has come already. */
  next(): Promise<Sent> {
    const sent = this.#waiting.shift();
    if (sent !== undefined) return Promise.resolve(sent);
    return new Promise(resolve => {
      this.#wanted = resolve;
    });
  }

  take(sent: Sent): void {
    const answer = this.answers(sent);
    if (answer !== null) return sent.answer(answer);
    if (this.#wanted === null) this.#waiting.push(sent);
    else this.#wanted(sent);
    this.#wanted = null;
  }
}

/** The answer to one POST, as it comes. */
export class Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #message: IncomingMessage;
  readonly #events: Json[] = [];
  #text = '';
  #changed: () => void = () => {};
  #hasEnded = false;

  constructor(message: IncomingMessage) {
    this.status = message.statusCode ?? 0;
    this.headers = message.headers;
    this.#message = message.setEncoding('utf8');
    message.on('data', (chunk: string) => this.#take(chunk));
    message.on('close', () => {
      this.#hasEnded = true;
      this.#changed();
    });
  }

  get isStream(): boolean {
    return this.headers['content-type'] === 'text/event-stream';
  }

  /** The nth event of the stream, from 0 on. */
  async event(index: number): Promise<Json> {
    while (this.#events.length <= index && !this.#hasEnded) await this.#change();
    return this.#events[index] ?? assert.fail(`the stream ended before event ${index}: ${this.#text}`);
  }

  /** Everything, as text. */
  async text(): Promise<string> {
    while (!this.#hasEnded) await this.#change();
    return this.#text;
  }

  /** The answer: the body, or the last event. */
  async json(): Promise<Json> {
    const text = await this.text();
    return this.isStream ? (this.#events.at(-1) ?? {}) : JSON.parse(text);
  }

  async result(): Promise<Json> {
    const { result } = await this.json();
    return result as Json;
  }

  async error(): Promise<{ readonly code: number; readonly message: string; readonly data?: Json }> {
    const { error } = await this.json();
    return error as { code: number; message: string; data?: Json };
  }

  /** Waits for some text of the stream, such as a comment. */
  async until(text: string): Promise<void> {
    while (!this.#text.includes(text) && !this.#hasEnded) await this.#change();
    assert.ok(this.#text.includes(text), this.#text);
  }

  hangUp(): void {
    this.#message.destroy();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    const events = this.#text.split('\n\n').slice(0, -1);
    const data = events.flatMap(event => /^data: (.*)$/m.exec(event)?.[1] ?? []);
    this.#events.splice(0, this.#events.length, ...data.map(text => JSON.parse(text)));
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#changed = resolve;
    });
  }
}

export interface Post {
  readonly params?: Json;
  /** Over those of a good request; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Over those of a good request; undefined leaves one out. */
  readonly meta?: Json;
  readonly id?: string | number;
  readonly capabilities?: Json;
  readonly principal?: string;
  readonly backend?: Backend;
}

const NAMES: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** A modern front behind a real HTTP server, before a backend that the test plays, with a clock that the test moves. */
export class Stage {
  readonly clock = new FakeClock();
  readonly backend = new FakeBackend();
  readonly front: ModernFront;
  /** What no client can help. */
  readonly bugs: unknown[] = [];
  url = '';
  #post: Pick<Post, 'principal' | 'backend'> = {};

  /** `clock`: for a backend that is real. */
  constructor(key: Uint8Array = new Uint8Array(32), clock?: Clock) {
    this.front = new ModernFront({
      clock: clock ?? this.clock,
      seal: new Seal(key),
      explain: error => rpcErrorOf(error, line => line),
    });
  }

  static async open(t: TestContext, key?: Uint8Array, clock?: Clock): Promise<Stage> {
    const stage = new Stage(key, clock);
    const server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        const parsed = parseMessage(text);
        assert.ok(parsed.ok);
        const { principal = 'me', backend = stage.backend } = stage.#post;
        const exchange = { request, response, backend, principal, envelope: parsed.envelope };
        stage.front.post(exchange).catch(bug => stage.bugs.push(bug));
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      stage.front.close();
      server.closeAllConnections();
      server.close();
      assert.deepEqual(stage.clock.pending, [], 'no timer outlives the front');
    });
    stage.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    return stage;
  }

  /** Sends a good request, changed where `post` says so. */
  post(method: string, { params = {}, headers = {}, meta = {}, id = 1, capabilities = {}, ...post }: Post = {}) {
    this.#post = post;
    const named = params[NAMES[method] ?? ''];
    const all = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': typeof named === 'string' ? named : undefined,
      ...headers,
    };
    const _meta = {
      [`${META}protocolVersion`]: '2026-07-28',
      [`${META}clientCapabilities`]: capabilities,
      ...meta,
    };
    return this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }), all);
  }

  /** Sends a body as it is; resolves when the status is there. */
  send(body: string, headers: Readonly<Record<string, string | undefined>> = {}): Promise<Response> {
    const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return new Promise((resolve, reject) => {
      httpRequest(this.url, { method: 'POST', headers: Object.fromEntries(present), agent: false })
        .on('response', message => resolve(new Response(message)))
        .on('error', reject)
        .end(body);
    });
  }

  /** Calls a tool, and waits until the backend has the request. */
  async call(name: string, post: Post = {}): Promise<{ sent: Sent; response: Promise<Response> }> {
    const response = this.post('tools/call', { ...post, params: { name, arguments: {}, ...post.params } });
    return { sent: await this.backend.next(), response };
  }

  /** Lets the time to collect questions pass. */
  collect(): Promise<void> {
    return this.clock.advance(15);
  }
}
