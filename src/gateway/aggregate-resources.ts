import { isObject } from '../config/is-object.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { CallOptions } from '../session/call.ts';
import { parseMessage, type RequestEnvelope } from '../session/json-text.ts';
import type { Attachment } from '../supervisor/attachment.ts';
import type { AggregateLists } from './aggregate-lists.ts';
import type { AggregateMembers } from './aggregate-members.ts';
import type { GatewayServer } from './gateway-server.ts';
import { badParams, unknownName } from './refusal.ts';
import { ownerOf } from './routing-table.ts';

/** URIs whose server is remembered; the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

/** URIs whose server was found by asking, for all clients. */
export type Remembered = Map<string, string>;

export interface ResourcesSetup {
  readonly servers: ReadonlyMap<string, GatewayServer>;
  readonly members: AggregateMembers;
  readonly lists: AggregateLists;
  readonly remembered: Remembered;
  /** Passes a request on to its server. */
  readonly send: (attachment: Attachment, text: string, options: CallOptions) => Promise<string>;
}

/** Requests about resources: each goes to the server that has the URI. */
export class AggregateResources {
  readonly #setup: ResourcesSetup;
  /** Where this client has subscribed: a subscription ends where it began, wherever the URI leads by then. */
  readonly #subscribed = new Map<string, string>();

  constructor(setup: ResourcesSetup) {
    this.#setup = setup;
  }

  async request(envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    const uri = isObject(envelope.value.params) ? envelope.value.params.uri : undefined;
    if (typeof uri !== 'string') return badParams(envelope, '"uri" must be a string');
    const isSubscribing = envelope.method === 'resources/subscribe';
    const known = (isSubscribing ? undefined : this.#subscribed.get(uri)) ?? this.owner(uri);
    if (known === null) return this.#askAll(envelope, uri, options);
    if (envelope.method === 'resources/unsubscribe') this.#subscribed.delete(uri);
    const answer = await this.#send(known, envelope, options);
    if (isSubscribing && isAgreed(answer)) remember(this.#subscribed, uri, known);
    return answer;
  }

  /** The server that has a resource, as far as that is known; null where it is not. */
  owner(uri: string): string | null {
    const { lists, remembered } = this.#setup;
    return ownerOf(uri, lists.views('resources'), lists.views('resourceTemplates')) ?? remembered.get(uri) ?? null;
  }

  /** One after the other, until one does not refuse: a server may have more than it lists. */
  async #askAll(envelope: RequestEnvelope, uri: string, options: CallOptions): Promise<string> {
    let refused: string | null = null;
    let fault: unknown = null;
    for (const server of this.#mayHave(envelope.method)) {
      try {
        const answer = await this.#send(server, envelope, options);
        if (isAgreed(answer)) {
          if (envelope.method === 'resources/subscribe') remember(this.#subscribed, uri, server);
          if (envelope.method === 'resources/read') remember(this.#setup.remembered, uri, server);
          return answer;
        }
        refused ??= answer;
      } catch (error) {
        // The caller's own end of patience ends all of it.
        if (options.signal?.aborted === true || isOver(error)) throw error;
        fault ??= error;
      }
    }
    if (refused !== null) return refused;
    if (fault !== null) throw fault;
    return unknownName(
      envelope,
      'resource',
      uri,
      this.#setup.lists.views('resources').flatMap(view => [...view.entries.keys()]),
    );
  }

  #send(server: string, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    return this.#setup.send(this.#setup.members.of(server), envelope.text, options);
  }

  /** Servers that said they have resources, then those that have said nothing yet. */
  #mayHave(method: string): string[] {
    const wanted = this.#setup.members
      .all()
      .filter(({ server }) => this.#setup.servers.get(server)?.isStopped() === false);
    const having = wanted.filter(({ handshake }) => {
      const resources = handshake?.capabilities.resources;
      return method === 'resources/read'
        ? resources !== undefined
        : isObject(resources) && resources.subscribe === true;
    });
    const unheard = wanted.filter(({ handshake }) => handshake === null);
    return [...having, ...unheard].map(({ server }) => server);
  }
}

function remember(servers: Map<string, string>, uri: string, server: string): void {
  const [oldest] = servers.keys();
  if (oldest !== undefined && servers.size >= MAX_REMEMBERED) servers.delete(oldest);
  servers.set(uri, server);
}

function isAgreed(answer: string): boolean {
  const parsed = parseMessage(answer);
  return parsed.ok && parsed.envelope.kind === 'response' && parsed.envelope.error === null;
}

const isOver = (error: unknown): boolean =>
  error instanceof HoldfastError && ['TOOL_CALL_CANCELLED', 'TOOL_CALL_TIMEOUT'].includes(error.code);
