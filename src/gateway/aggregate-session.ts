import { isObject } from '../config/is-object.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type CallOptions, requestOf } from '../session/call.ts';
import { type ListKind, listKindOf } from '../session/catalogue.ts';
import { Coalesced } from '../session/coalesced.ts';
import type { Clock } from '../session/deadlines.ts';
import { notification, parseMessage, type RequestEnvelope } from '../session/json-text.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../supervisor/attachment.ts';
import { aggregateInitialize } from './aggregate-initialize.ts';
import { AggregateLists } from './aggregate-lists.ts';
import { AggregateLog, withServerAsLogger } from './aggregate-log.ts';
import { AggregateMembers } from './aggregate-members.ts';
import { AggregateResources, type Remembered } from './aggregate-resources.ts';
import type { BackendSession } from './backend.ts';
import type { GatewayServer } from './gateway-server.ts';
import { withEveryMember } from './members.ts';
import type { Patience } from './patience.ts';
import { badParams, METHOD_NOT_FOUND, refusal, unknownName } from './refusal.ts';
import type { RoutingTable } from './routing-table.ts';

/** What all clients of `/mcp` have in common. */
export interface AggregateContext {
  readonly servers: ReadonlyMap<string, GatewayServer>;
  readonly table: RoutingTable;
  readonly serverInfo: object;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly remembered: Remembered;
  readonly notice: (text: string) => void;
  readonly onTwice: (uri: string, first: string, other: string) => void;
  readonly onClose: (session: AggregateSession) => void;
}

/** Servers may announce changes faster than clients can read lists. */
const ANNOUNCE_PAUSE_MS = 100;
const ANNOUNCED: Readonly<Record<string, readonly ListKind[]>> = {
  'notifications/tools/list_changed': ['tools'],
  'notifications/resources/list_changed': ['resources', 'resourceTemplates'],
  'notifications/prompts/list_changed': ['prompts'],
};

/** One client of all servers as one: finds the server that a request is for, and gives the names that it knows. */
export class AggregateSession implements BackendSession {
  readonly #context: AggregateContext;
  readonly #client: AttachedClient;
  readonly #members: AggregateMembers;
  readonly #lists: AggregateLists;
  readonly #log: AggregateLog;
  readonly #resources: AggregateResources;
  readonly #reviews = new Map<string, Coalesced>();
  /** Servers that have answered this client: what is known of them is what its own process has said. */
  readonly #served = new Set<string>();
  #hasCapabilities: boolean;

  constructor(context: AggregateContext, profile: ClientProfile, client: AttachedClient) {
    const { servers, table, clock, patience, remembered, notice, onTwice } = context;
    this.#context = context;
    this.#client = client;
    this.#hasCapabilities = hasCapabilities(profile);
    const members = new AggregateMembers(servers, profile, client, (server, text) => this.#heard(server, text));
    this.#members = members;
    const onArrival = (kind: ListKind) => this.#reviewKind(kind);
    this.#lists = new AggregateLists({ servers, table, members, patience, clock, onArrival, onTwice });
    this.#log = new AggregateLog({ members, now: () => clock.now(), notice });
    const send = this.#send.bind(this);
    this.#resources = new AggregateResources({ servers, members, lists: this.#lists, remembered, send });
  }

  async initializeResult(): Promise<string> {
    const all = this.#members.all();
    this.#lists.remember();
    return aggregateInitialize(all, this.#context.serverInfo);
  }

  async request(message: string | RequestEnvelope, options: CallOptions): Promise<string> {
    return this.#route(requestOf(message), options);
  }

  notify(text: string): void {
    for (const attachment of this.#members.opened) attachment.notify(text);
  }

  respond(text: string): boolean {
    return this.#members.respond(text);
  }

  setProfile(profile: ClientProfile): void {
    this.#hasCapabilities = hasCapabilities(profile);
    this.#served.clear();
    this.#members.setProfile(profile);
  }

  close(): void {
    this.#lists.close();
    for (const review of this.#reviews.values()) review.clear();
    this.#members.close();
    this.#context.onClose(this);
  }

  /** Servers that are gone from the configuration. */
  forget(servers: readonly string[]): void {
    this.#members.forget(servers);
    this.#lists.forget(servers);
    for (const server of servers) this.#served.delete(server);
  }

  /** A server has come, gone or changed: tells the client what is news to it. */
  review(): void {
    for (const method of Object.keys(ANNOUNCED)) this.#announce(method);
  }

  #route(envelope: RequestEnvelope, options: CallOptions): string | Promise<string> {
    const kind = listKindOf(envelope.method);
    if (kind !== null) return this.#list(envelope, kind);
    switch (envelope.method) {
      case 'tools/call':
        return this.#named(envelope, 'tools', ['params', 'name'], paramsOf(envelope).name, options);
      case 'prompts/get':
        return this.#named(envelope, 'prompts', ['params', 'name'], paramsOf(envelope).name, options);
      case 'completion/complete':
        return this.#complete(envelope, options);
      case 'resources/read':
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return this.#resources.request(envelope, options);
      case 'logging/setLevel':
        if (!this.#log.set(paramsOf(envelope).level)) return badParams(envelope, '"level" must be a log level');
        return `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":{}}`;
      default:
        return this.#unknown(envelope, options);
    }
  }

  async #list(envelope: RequestEnvelope, kind: ListKind): Promise<string> {
    const { cursor } = paramsOf(envelope);
    // Everything is on the first page, so no cursor is one of ours.
    if (cursor !== undefined && cursor !== null) return badParams(envelope, 'the cursor is not known');
    return `{"jsonrpc":"2.0","id":${envelope.id.raw},"result":${await this.#lists.answer(kind)}}`;
  }

  /** A request that names a tool or prompt: the name is the only thing in it that changes. */
  #named(
    envelope: RequestEnvelope,
    kind: 'tools' | 'prompts',
    path: readonly string[],
    name: unknown,
    options: CallOptions,
  ): string | Promise<string> {
    if (typeof name !== 'string') return badParams(envelope, '"name" must be a string');
    const target = this.#context.table.target(name);
    const own = target === null ? null : this.#ownName(kind, name, target);
    if (target === null || own === null) {
      this.#members.all();
      const known = this.#lists.views(kind).flatMap(view => [...view.entries.keys()]);
      return unknownName(envelope, kind === 'tools' ? 'tool' : 'prompt', name, known);
    }
    const text = withEveryMember(envelope.text, path, JSON.stringify(own));
    return this.#send(this.#members.of(target.server), text, options);
  }

  /**
   * Where the list is not known yet, the name is taken at its word: the server will say. So it is until it has served a client with
   * capabilities: to one that can be asked back a server may offer more than to the one that it was started for.
   */
  #ownName(kind: 'tools' | 'prompts', name: string, target: { server: string; rest: string }): string | null {
    const { table } = this.#context;
    const items = this.#lists.items(target.server, kind);
    const known = items === null ? undefined : table.view(target.server, kind, items).entries.get(name)?.key;
    if (known !== undefined) return known;
    if (items !== null && (this.#served.has(target.server) || !this.#hasCapabilities)) return null;
    return kind === 'prompts' || table.offers(target.server, target.rest) ? target.rest : null;
  }

  #complete(envelope: RequestEnvelope, options: CallOptions): string | Promise<string> {
    const { ref } = paramsOf(envelope);
    if (isObject(ref) && ref.type === 'ref/prompt') {
      return this.#named(envelope, 'prompts', ['params', 'ref', 'name'], ref.name, options);
    }
    if (!isObject(ref) || typeof ref.uri !== 'string') return badParams(envelope, '"ref" must name a prompt or a URI');
    const uri = ref.uri;
    const templates = this.#lists.views('resourceTemplates');
    const server = templates.find(({ entries }) => entries.has(uri))?.server ?? this.#resources.owner(uri);
    if (server !== null) return this.#send(this.#members.of(server), envelope.text, options);
    return unknownName(
      envelope,
      'resource template',
      uri,
      templates.flatMap(view => [...view.entries.keys()]),
    );
  }

  #unknown(envelope: RequestEnvelope, options: CallOptions): string | Promise<string> {
    const [only, ...others] = this.#context.servers.keys();
    if (only !== undefined && others.length === 0) return this.#send(this.#members.of(only), envelope.text, options);
    const error = new HoldfastError('TOOL_METHOD_UNKNOWN', { details: { method: envelope.method.slice(0, 200) } });
    return refusal(envelope, METHOD_NOT_FOUND, error);
  }

  #send(attachment: Attachment, text: string, options: CallOptions): Promise<string> {
    this.#log.tell(attachment);
    const answer = attachment.request(text, options);
    if (this.#served.has(attachment.server)) return answer;
    return answer.then(text => {
      this.#served.add(attachment.server);
      return text;
    });
  }

  #heard(server: string, text: string): void {
    const parsed = parseMessage(text);
    const method = parsed.ok && parsed.envelope.kind === 'notification' ? parsed.envelope.method : '';
    if (Object.hasOwn(ANNOUNCED, method)) return this.#announce(method);
    this.#client.onNotification(method === 'notifications/message' ? withServerAsLogger(text, server) : text);
  }

  #reviewKind(kind: ListKind): void {
    for (const [method, kinds] of Object.entries(ANNOUNCED)) if (kinds.includes(kind)) this.#announce(method);
  }

  #announce(method: string): void {
    const review = this.#reviews.get(method) ?? new Coalesced(this.#context.clock, ANNOUNCE_PAUSE_MS);
    this.#reviews.set(method, review);
    review.run(async () => {
      const news = (ANNOUNCED[method] ?? []).filter(kind => this.#lists.isNews(kind));
      if (news.length > 0) this.#client.onNotification(notification(method));
    });
  }
}

const paramsOf = (envelope: RequestEnvelope): Readonly<Record<string, unknown>> =>
  isObject(envelope.value.params) ? envelope.value.params : {};

const hasCapabilities = ({ capabilities }: ClientProfile): boolean => Object.keys(capabilities).length > 0;
