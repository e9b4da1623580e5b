import { HoldfastError } from '../errors/holdfast-error.ts';
import type { CallOptions } from '../session/call.ts';
import { idKey, parseMessage, type ResponseEnvelope, rawMember, request } from '../session/json-text.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../supervisor/attachment.ts';
import type { GatewayServer } from './gateway-server.ts';

/** More questions than this are not answered any more; the oldest is forgotten. */
const MAX_QUESTIONS = 1_000;

/** One client's attachments to all servers, each made when it is first needed. */
export class AggregateMembers {
  readonly #servers: ReadonlyMap<string, GatewayServer>;
  readonly #onNotification: (server: string, text: string) => void;
  readonly #client: AttachedClient;
  readonly #open = new Map<string, Attachment>();
  /** Who has asked, by the question's id. */
  readonly #questions = new Map<string, Attachment>();
  #profile: ClientProfile;
  #lastId = 0;

  constructor(
    servers: ReadonlyMap<string, GatewayServer>,
    profile: ClientProfile,
    client: AttachedClient,
    onNotification: (server: string, text: string) => void,
  ) {
    this.#servers = servers;
    this.#profile = profile;
    this.#client = client;
    this.#onNotification = onNotification;
  }

  /** Those that have been needed so far. */
  get opened(): Iterable<Attachment> {
    return this.#open.values();
  }

  of(server: string): Attachment {
    const known = this.#open.get(server);
    if (known !== undefined) return known;
    const found = this.#servers.get(server);
    if (found === undefined) throw new HoldfastError('TOOL_SERVER_UNKNOWN', { details: { name: server } });
    const attachment = found.attach(this.#profile, {
      onRequest: text => this.#asked(attachment, text),
      onNotification: text => this.#told(server, text),
    });
    this.#open.set(server, attachment);
    return attachment;
  }

  /** All of them, in the order of the configuration; from now on the client hears of every server. */
  all(): Attachment[] {
    return [...this.#servers.keys()].map(server => this.of(server));
  }

  /** A request of our own. */
  async ask(server: string, method: string, params: object, options: CallOptions): Promise<ResponseEnvelope> {
    this.#lastId++;
    const parsed = parseMessage(await this.of(server).request(request(String(this.#lastId), method, params), options));
    if (parsed.ok && parsed.envelope.kind === 'response') return parsed.envelope;
    throw new HoldfastError('TOOL_BAD_ANSWER', { server, details: { reason: `to ${method}` } });
  }

  /** The client's answer goes to the server that has asked; false when nobody has, or not any more. */
  respond(text: string): boolean {
    const parsed = parseMessage(text);
    const id = parsed.ok && parsed.envelope.kind === 'response' ? parsed.envelope.id : null;
    if (id === null) return false;
    const key = idKey(id.raw);
    const attachment = this.#questions.get(key);
    this.#questions.delete(key);
    return attachment?.respond(text) ?? false;
  }

  setProfile(profile: ClientProfile): void {
    this.#profile = profile;
    for (const attachment of this.#open.values()) attachment.setProfile(profile);
  }

  /** Servers that are there no more: nothing is asked of them any more, and what they were asked they answer before they end. */
  forget(servers: readonly string[]): void {
    for (const server of servers) this.#open.delete(server);
  }

  close(): void {
    for (const attachment of this.#open.values()) attachment.detach();
    this.#questions.clear();
  }

  #asked(attachment: Attachment, text: string): void {
    const id = rawMember(text, ['id'])?.raw;
    if (id === undefined) return;
    const [oldest] = this.#questions.keys();
    if (oldest !== undefined && this.#questions.size >= MAX_QUESTIONS) this.#questions.delete(oldest);
    this.#questions.set(idKey(id), attachment);
    this.#client.onRequest(text);
  }

  #told(server: string, text: string): void {
    const parsed = parseMessage(text);
    if (parsed.ok && parsed.envelope.kind === 'notification' && parsed.envelope.method === 'notifications/cancelled') {
      const id = rawMember(parsed.envelope, ['params', 'requestId'])?.raw;
      if (id !== undefined && /^["\d-]/.test(id)) this.#questions.delete(idKey(id));
    }
    this.#onNotification(server, text);
  }
}
