// Clients attached to one supervised fixture, below every front: what a gateway sees.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import type { Clock } from '../../src/process/clock.ts';
import type { CallOptions } from '../../src/session/call.ts';
import type { Handlers } from '../../src/session/host-handlers.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../../src/supervisor/attachment.ts';
import { resolverFor } from '../../src/supervisor/resolver.ts';
import type { InstanceStatus } from '../../src/supervisor/status.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import type { HoldfastEvent, NewEvent } from '../../src/telemetry/events.ts';
import { eventually } from './eventually.ts';
import { type Sandbox, withNothingLeft } from './leak-check.ts';
import { configOf, type ServerSpec } from './managed.ts';

export interface PoolOptions {
  readonly handlers?: Handlers;
  readonly clock?: Clock;
  readonly stateDir?: string;
  readonly sandbox?: Sandbox;
  /** Default true: the test begins with a server that is ready. */
  readonly isStarted?: boolean;
}

interface Answer {
  readonly id: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Everything about the one server `one`, and clients for it. */
export class Pool {
  readonly supervisor: Supervisor;
  readonly sandbox: Sandbox;
  readonly events: HoldfastEvent[] = [];
  /** What the library has been told. */
  readonly heard: string[] = [];

  constructor(spec: ServerSpec, sandbox: Sandbox, { handlers = {}, clock, stateDir }: PoolOptions) {
    const context = { env: process.env, cwd: sandbox.folder, home: sandbox.folder };
    this.sandbox = sandbox;
    this.supervisor = new Supervisor({
      config: configFromObject({ mcpServers: configOf({ one: spec }, sandbox) }, context),
      clientInfo: { name: 'holdfast', version: '0' },
      handlers,
      onNotification: (_server, method) => this.heard.push(method),
      resolve: resolverFor(process.env),
      emit: (event: NewEvent) => this.events.push({ at: 0, ...event } as HoldfastEvent),
      ...(clock === undefined ? {} : { clock }),
      stateDir: stateDir ?? null,
    });
  }

  /** A client; with capabilities that let the server ask it, unless said otherwise. */
  readonly attach = (profile: Partial<ClientProfile> = {}): FakeClient => {
    const capabilities = { elicitation: {}, sampling: {} };
    const clientInfo = { name: 'fake', version: '1' };
    return new FakeClient(client =>
      this.supervisor.attach('one', { capabilities, roots: null, clientInfo, ...profile }, client),
    );
  };

  readonly instances = (): readonly InstanceStatus[] => this.supervisor.status()[0]?.instances ?? [];

  /** The numbers of the instances that are there. */
  readonly numbers = (): number[] => this.instances().map(({ instance }) => instance);

  /** The events of one type. */
  readonly of = <T extends HoldfastEvent['type']>(type: T): Extract<HoldfastEvent, { type: T }>[] =>
    this.events.filter((event): event is Extract<HoldfastEvent, { type: T }> => event.type === type);

  readonly instancesAre = (...numbers: number[]): Promise<boolean> =>
    eventually(() => this.numbers().join() === numbers.join(), { what: `instances ${numbers.join(' ')}` });
}

export async function pool(t: TestContext, spec: ServerSpec, options: PoolOptions = {}): Promise<Pool> {
  const sandbox = options.sandbox ?? (await withNothingLeft(t));
  const made = new Pool(spec, sandbox, options);
  sandbox.later(async () => assert.deepEqual(await made.supervisor.close(), []));
  if (options.isStarted !== false) await made.supervisor.start(['one']);
  return made;
}

/** One attached client: keeps what it is asked and told, and answers what a test lets it answer. */
export class FakeClient implements AttachedClient {
  readonly attachment: Attachment;
  readonly asked: { readonly id: number; readonly method: string }[] = [];
  readonly told: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[] = [];
  /** Answers every question at once with this result. */
  answer: object | null = null;
  #lastId = 0;

  constructor(attach: (client: AttachedClient) => Attachment) {
    this.attachment = attach(this);
  }

  onRequest(text: string): void {
    const question = JSON.parse(text) as { id: number; method: string };
    this.asked.push(question);
    if (this.answer !== null) this.reply(question.id, this.answer);
  }

  onNotification(text: string): void {
    const { method, params = {} } = JSON.parse(text) as { method: string; params?: Record<string, unknown> };
    this.told.push({ method, params });
  }

  reply(id: number, result: object): boolean {
    return this.attachment.respond(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }

  async request(method: string, params: object = {}, options: Partial<CallOptions> = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const answer = JSON.parse(await this.attachment.request(text, { deadline: Infinity, ...options })) as Answer;
    assert.equal(answer.id, id);
    return answer;
  }

  /** The text of a tool's answer, also where that is an error of the tool. */
  async call(name: string, args: object = {}): Promise<string> {
    const { result, error } = await this.request('tools/call', { name, arguments: args });
    assert.equal(error, undefined);
    return String((result?.content as { text?: unknown }[] | undefined)?.[0]?.text);
  }

  /** What the process that serves it has been told. */
  async info(): Promise<{
    pid: number;
    initialize: Record<string, unknown>;
    subscriptions: string[];
    received: string[];
  }> {
    return JSON.parse(await this.call('session-info')) as Awaited<ReturnType<FakeClient['info']>>;
  }

  async pid(): Promise<number> {
    return Number(await this.call('pid'));
  }

  /** Methods of what it has been told. */
  get methods(): string[] {
    return this.told.map(({ method }) => method);
  }

  async isAsked(times = 1): Promise<void> {
    await eventually(() => this.asked.length >= times, { what: 'the question' });
  }
}
