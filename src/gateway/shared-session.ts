import { type CallOptions, requestOf } from '../session/call.ts';
import { idKey, parseMessage, type RequestEnvelope, rawMember, request } from '../session/json-text.ts';
import type { AttachedClient, ClientProfile } from '../supervisor/attachment.ts';
import { Subscriptions } from '../supervisor/subscriptions.ts';
import type { Backend, BackendSession, StatelessSession } from './backend.ts';
import { refuseQuestion } from './modern-inputs.ts';
import { LOG_LEVELS, type LogLevel } from './modern-request.ts';
import { MAY_ASK, resultOf, resultText } from './modern-text.ts';

/** One request of the client, as long as it lasts. */
interface Part {
  readonly client: AttachedClient;
  /** The server may be asking something for it now. */
  mayAsk: boolean;
}

interface Asked {
  readonly text: string;
  readonly id: string;
  /** Whose answer counts. */
  part: Part;
}

/** One session with the backend, in which a client's requests take part. */
export class SharedSession implements AttachedClient {
  /** Anything but what it is has been asked of the server. */
  isUsed = false;
  readonly #session: BackendSession;
  /** The newest is last. */
  readonly #parts = new Set<Part>();
  readonly #asked = new Map<string, Asked>();
  readonly #subscriptions = new Subscriptions<Part>();
  #level: LogLevel | null = null;

  constructor(backend: Backend, profile: ClientProfile) {
    this.#session = backend.open(profile, this);
  }

  get isIdle(): boolean {
    return this.#parts.size === 0;
  }

  open(client: AttachedClient): StatelessSession {
    const part: Part = { client, mayAsk: false };
    this.#parts.add(part);
    return {
      initializeResult: signal => this.#session.initializeResult(signal),
      request: (message, options) => this.#request(part, requestOf(message), options),
      respond: text => this.#respond(part, text),
      close: () => this.#leave(part),
    };
  }

  close(): void {
    this.#session.close();
  }

  onRequest(text: string): void {
    const parsed = parseMessage(text);
    if (parsed.ok && parsed.envelope.kind === 'request') this.#ask(text, parsed.envelope.id.raw);
  }

  onNotification(text: string): void {
    const withdrawn = withdrawnQuestion(text);
    const asked = withdrawn === null ? undefined : this.#asked.get(withdrawn);
    if (withdrawn !== null) this.#asked.delete(withdrawn);
    for (const { client } of asked === undefined ? this.#parts : [asked.part]) client.onNotification(text);
  }

  #request(part: Part, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    this.isUsed = true;
    const { uri, level } = (envelope.value.params ?? {}) as { uri?: unknown; level?: unknown };
    if (envelope.method === 'resources/subscribe') return this.#subscribe(part, String(uri), envelope, options);
    if (envelope.method === 'logging/setLevel') return this.#setLevel(level as LogLevel, envelope, options);
    return MAY_ASK.has(envelope.method)
      ? this.#call(part, envelope, options)
      : this.#session.request(envelope, options);
  }

  async #call(part: Part, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    part.mayAsk = true;
    try {
      return await this.#session.request(envelope, options);
    } finally {
      part.mayAsk = false;
      this.#passOn(part);
    }
  }

  /** The server is as verbose as the most curious request so far; each takes what it wants. */
  async #setLevel(level: LogLevel, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    const before = this.#level;
    if (before !== null && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(before)) {
      return resultText(envelope.id.raw, '{}');
    }
    // From now on, lest another that comes meanwhile ask for less.
    this.#level = level;
    let isSet = false;
    try {
      const answer = await this.#session.request(envelope, options);
      isSet = resultOf(answer) !== null;
      return answer;
    } finally {
      if (!isSet && this.#level === level) this.#level = before;
    }
  }

  async #subscribe(part: Part, uri: string, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    if (!this.#subscriptions.subscribe(part, uri)) return resultText(envelope.id.raw, '{}');
    let hasAgreed = false;
    try {
      const answer = await this.#session.request(envelope, options);
      hasAgreed = resultOf(answer) !== null;
      return answer;
    } finally {
      if (hasAgreed) this.#subscriptions.agreed(part, uri);
      else this.#subscriptions.unsubscribe(part, uri);
    }
  }

  /** The call that has been asked least, of these the newest: most servers ask soon after a call has come. */
  #ask(text: string, id: string): void {
    const questions = (part: Part) => [...this.#asked.values()].filter(asked => asked.part === part).length;
    const [first, ...others] = [...this.#parts].filter(({ mayAsk }) => mayAsk).reverse();
    if (first === undefined) {
      this.#session.respond(refuseQuestion(id, 'no request of the client is open that could be asked back'));
      return;
    }
    const part = others.reduce((least, other) => (questions(other) < questions(least) ? other : least), first);
    this.#asked.set(idKey(id), { text, id, part });
    part.client.onRequest(text);
  }

  #respond(part: Part, text: string): boolean {
    const id = rawMember(text, ['id'])?.raw;
    const key = id === undefined ? '' : idKey(id);
    // It may be another's by now.
    if (this.#asked.get(key)?.part !== part) return false;
    this.#asked.delete(key);
    return this.#session.respond(text);
  }

  /** A call that has ended was not the one that its open questions are about: another is. */
  #passOn(part: Part): void {
    for (const [key, asked] of [...this.#asked]) {
      if (asked.part !== part) continue;
      this.#asked.delete(key);
      this.#ask(asked.text, asked.id);
    }
  }

  #leave(part: Part): void {
    this.#parts.delete(part);
    part.mayAsk = false;
    this.#passOn(part);
    for (const uri of this.#subscriptions.drop(part)) {
      const text = request('"holdfast-unsubscribe"', 'resources/unsubscribe', { uri });
      // A server that cannot be told has nobody to tell: what it still says of the resource reaches none that listens.
      this.#session.request(text, { deadline: Number.POSITIVE_INFINITY }).catch(() => {});
    }
  }
}

/** The key of the question that a server takes back; null for any other notification. */
function withdrawnQuestion(text: string): string | null {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.envelope.kind !== 'notification') return null;
  if (parsed.envelope.method !== 'notifications/cancelled') return null;
  const id = rawMember(parsed.envelope, ['params', 'requestId'])?.raw;
  return id === undefined ? null : idKey(id);
}
