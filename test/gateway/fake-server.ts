import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { GatewayServer } from '../../src/gateway/gateway-server.ts';
import { type CallOptions, requestOf } from '../../src/session/call.ts';
import type { CancelSignal } from '../../src/session/cancellation.ts';
import { Catalogue, LIST_KINDS, type ListKind } from '../../src/session/catalogue.ts';
import type { Handshake } from '../../src/session/handshake.ts';
import type { RequestEnvelope } from '../../src/session/json-text.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../../src/supervisor/attachment.ts';

export const profile: ClientProfile = { capabilities: {}, roots: null, clientInfo: { name: 'test', version: '1' } };
export const callOptions: CallOptions = { deadline: Number.POSITIVE_INFINITY };

export interface Sent {
  readonly text: string;
  readonly options: CallOptions;
}

type Answer = (envelope: RequestEnvelope) => string | Promise<string>;

/** A server that a test plays: what its attachments are told is written down, and what they say comes from the test. */
export class FakeServer implements GatewayServer {
  readonly name: string;
  readonly tools: { include: readonly string[]; exclude: readonly string[] };
  readonly attachments: FakeAttachment[] = [];
  /** Shared by all attachments, as with a shared process. */
  readonly catalogue = new Catalogue();
  handshake: Handshake | null = null;
  waitingFor: string | null = null;
  stopped = false;
  failed = false;
  /** The raw result (or `"error":…` member) of each request, by method; `{}` where a method is not here. */
  readonly answers = new Map<string, Answer>();
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #whyNot: unknown = null;

  constructor(name: string, tools: Partial<FakeServer['tools']> = {}) {
    this.name = name;
    this.tools = { include: ['*'], exclude: [], ...tools };
  }

  attach(profile: ClientProfile, client: AttachedClient): FakeAttachment {
    const attachment = new FakeAttachment(this, profile, client);
    this.attachments.push(attachment);
    return attachment;
  }

  hasFailed(): boolean {
    return this.failed;
  }

  isStopped(): boolean {
    return this.stopped;
  }

  /** It has been heard, with these capabilities; lists that are given are in its catalogue. */
  heard(capabilities: Record<string, unknown>, lists: Partial<Record<ListKind, readonly object[]>> = {}): this {
    const serverInfo = { name: `${this.name} itself`, version: '9' };
    const protocolVersion = '2025-11-25';
    const result = JSON.stringify({ protocolVersion, capabilities, serverInfo });
    this.handshake = { era: 'legacy', result, protocolVersion, capabilities, serverInfo };
    for (const kind of LIST_KINDS) if (lists[kind] !== undefined) this.lists(kind, lists[kind]);
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    return this;
  }

  /** It has instructions, beside what `heard` said. */
  instructs(instructions: string): this {
    if (this.handshake === null) throw new TypeError('it has not been heard');
    const result = JSON.stringify({ ...(JSON.parse(this.handshake.result) as object), instructions });
    this.handshake = { ...this.handshake, result };
    return this;
  }

  lists(kind: ListKind, items: readonly object[]): void {
    const keys = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' } as const;
    this.catalogue.replace(
      kind,
      items.map(item => ({ key: (item as Record<string, string>)[keys[kind]] ?? '', raw: JSON.stringify(item) })),
    );
  }

  /** It cannot be heard, now and whenever it is asked. */
  fails(error: unknown): void {
    this.#whyNot = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  whenKnown(signal: CancelSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.handshake !== null) return resolve();
      if (this.#whyNot !== null) return reject(this.#whyNot);
      this.#waiting.push({ resolve, reject });
      signal.addEventListener('abort', () => reject(new HoldfastError('TOOL_CALL_CANCELLED')));
    });
  }

  /** Requests of all clients so far, without those that only read lists or set a level. */
  get requests(): readonly string[] {
    return this.attachments.flatMap(attachment => attachment.requests.map(({ text }) => text));
  }
}

export class FakeAttachment implements Attachment {
  readonly server: string;
  readonly client: AttachedClient;
  profile: ClientProfile;
  isDetached = false;
  readonly requests: Sent[] = [];
  readonly notifications: string[] = [];
  readonly responses: string[] = [];
  readonly #fake: FakeServer;

  constructor(fake: FakeServer, profile: ClientProfile, client: AttachedClient) {
    this.#fake = fake;
    this.server = fake.name;
    this.profile = profile;
    this.client = client;
  }

  get handshake(): Handshake | null {
    return this.#fake.handshake;
  }

  get catalogue(): Catalogue {
    return this.#fake.catalogue;
  }

  get waitingFor(): string | null {
    return this.#fake.waitingFor;
  }

  async request(message: string | RequestEnvelope, options: CallOptions): Promise<string> {
    const envelope = requestOf(message);
    this.requests.push({ text: envelope.text, options });
    const gone = new Promise<never>((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(new HoldfastError('TOOL_CALL_CANCELLED')));
    });
    const answering = this.#fake.answers.get(envelope.method)?.(envelope);
    const answer = (await Promise.race([answering, gone])) ?? '{}';
    const member = answer.startsWith('"error"') ? answer : `"result":${answer}`;
    return `{"jsonrpc":"2.0","id":${envelope.id.raw},${member}}`;
  }

  notify(text: string): void {
    this.notifications.push(text);
  }

  respond(text: string): boolean {
    this.responses.push(text);
    return true;
  }

  setProfile(profile: ClientProfile): void {
    this.profile = profile;
  }

  whenKnown(signal: CancelSignal): Promise<void> {
    return this.#fake.whenKnown(signal);
  }

  detach(): void {
    this.isDetached = true;
  }
}

/** A client that writes down what it hears. */
export class FakeClient implements AttachedClient {
  readonly questions: string[] = [];
  readonly notifications: string[] = [];

  onRequest(text: string): void {
    this.questions.push(text);
  }

  onNotification(text: string): void {
    this.notifications.push(text);
  }
}

/** A request of a client. */
export const ask = (method: string, params?: object, id: number | string = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** What an answer holds. */
export const read = (answer: string) =>
  JSON.parse(answer) as {
    id: unknown;
    result?: Record<string, unknown>;
    error?: { code: number; message: string; data?: Record<string, unknown> };
  };
