import { type Call, type CallOptions, requestOf, withOptions } from '../session/call.ts';
import type { Finished } from '../session/calls-setup.ts';
import type { InitializeParams } from '../session/handshake.ts';
import { type RequestEnvelope, rawMember, splice } from '../session/json-text.ts';
import type { Addressee, SessionAudience, Told } from '../session/session-audience.ts';
import type { AskingTools } from './asking-tools.ts';
import type { ClientProfile } from './attachment.ts';
import { attribute } from './attribution.ts';
import { Elicitations } from './elicitations.ts';
import type { Instance } from './instance.ts';
import { LogLevels } from './log-levels.ts';
import type { Carried, Member } from './member.ts';
import type { Berth } from './placement.ts';
import { Subscriptions } from './subscriptions.ts';

export interface AudienceSetup {
  readonly instance: Instance;
  readonly profile: ClientProfile;
  readonly key: string;
  readonly tools: readonly AskingTools[];
  /** Whoever comes is the same client. */
  readonly isForOneClient: boolean;
  /** The library, at the first instance. */
  readonly resident: Member | null;
  /** Clients that have sent no request yet, and go by this instance's lists. */
  readonly onlookers: () => Iterable<Member>;
}

/** The clients of one instance: which of them is asked what, and told what; what one says to a process that serves all. */
export class Audience implements SessionAudience {
  readonly instance: Instance;
  readonly members = new Set<Member>();
  /** Whom the process has been, or will be, initialized for. */
  profile: ClientProfile;
  key: string;
  /** Who has it for himself. */
  owner: Member | null = null;
  /** Clients have used its present process. */
  isUsed = false;
  /** Its process was told the roots of a client that nobody knew before: whoever came next could be served them. */
  isTold = false;
  /** It is its owner's for that alone. */
  #isClaimed = false;
  readonly #setup: AudienceSetup;
  readonly #elicitations = new Elicitations<Member>();
  readonly #levels = new LogLevels<object>();
  readonly #subscriptions = new Subscriptions<Member>();

  constructor(setup: AudienceSetup) {
    this.#setup = setup;
    this.instance = setup.instance;
    this.profile = setup.profile;
    this.key = setup.key;
    this.instance.session.setAudience(this);
  }

  get isFirst(): boolean {
    return this.#setup.resident !== null;
  }

  /** The instance, as this client sees it that looks for a place. */
  berthFor(client: Member): Berth {
    const { owner, key, isFirst } = this;
    const isFixed = this.#setup.resident?.kind === 'host';
    const hasOthers = [...this.members].some(member => member !== client);
    return {
      key: this.isTold && owner !== client ? null : key,
      isFirst,
      isFixed,
      owner: owner === null ? 'none' : owner === client ? 'me' : 'other',
      isBusy: hasOthers || isFixed || this.instance.session.calls.hasOthers(client),
      mayAskOthers: [...this.instance.session.calls.askers].some(asker => asker !== client),
      isFresh: !this.isUsed,
    };
  }

  /** From its next life on, which begins now where a process knows of another client, it is there for this one. */
  adopt(profile: ClientProfile, key: string, params: InitializeParams): void {
    const { session, monitor } = this.instance;
    if (key !== this.key) {
      // What the server does not offer this client is not gone.
      session.handOver();
      monitor.tools.reset();
    }
    this.profile = profile;
    this.key = key;
    this.isUsed = false;
    this.isTold = false;
    session.setInitialize(params);
    if (session.isIntroduced) this.instance.handOver();
  }

  /** Its only client has told more of itself, by which it is known from now on. */
  know(profile: ClientProfile, key: string): void {
    this.profile = profile;
    this.key = key;
    this.isTold = false;
    if (this.#isClaimed) this.owner = null;
    this.#isClaimed = false;
  }

  join(member: Member, carried: Carried): void {
    this.members.add(member);
    this.isUsed = true;
    this.#carry(member, carried);
  }

  /** What the library has told the first process of the settings before goes along to these. */
  succeed(former: Audience): void {
    const [before, now] = [former.#setup.resident, this.#setup.resident];
    if (before !== null && now !== null) this.#carry(now, former.leave(before));
  }

  #carry(member: Member, { level, uris }: Carried): void {
    const { session } = this.instance;
    for (const uri of uris) {
      if (this.#subscriptions.subscribe(member, uri)) session.remember('resources/subscribe', { uri });
      this.#subscriptions.agreed(member, uri);
    }
    if (level !== null) this.#levels.set(member, level);
    this.#adjustLevel();
  }

  isSubscribed(member: Member): boolean {
    return this.#subscriptions.of(member).length > 0;
  }

  leave(member: Member): Carried {
    const carried = { level: this.#levels.of(member), uris: this.#subscriptions.of(member) };
    this.members.delete(member);
    if (this.owner === member) {
      this.owner = null;
      this.#isClaimed = false;
    }
    for (const uri of this.#subscriptions.drop(member)) {
      this.instance.session.remember('resources/unsubscribe', { uri });
    }
    this.#levels.drop(member);
    this.#adjustLevel();
    return carried;
  }

  /** A client's request; what it sets for itself alone is made fit for a process that serves others, too. */
  request(member: Member, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    const owned = withOptions(options, { owner: member, tellsWaiting: member.kind === 'client' });
    const { uri, level } = (envelope.value.params ?? {}) as { uri?: unknown; level?: unknown };
    switch (envelope.method) {
      case 'resources/subscribe':
        return typeof uri === 'string'
          ? this.#subscribe(member, uri, envelope, owned)
          : this.instance.ask(envelope, owned);
      case 'resources/unsubscribe':
        if (typeof uri !== 'string' || this.#subscriptions.unsubscribe(member, uri)) {
          return this.instance.ask(envelope, owned);
        }
        return Promise.resolve(done(envelope));
      case 'logging/setLevel':
        return this.#setLevel(member, level, envelope, owned);
      default:
        return this.instance.ask(envelope, owned);
    }
  }

  addressee(question: RequestEnvelope, about: Call | null): Addressee {
    const { calls } = this.instance.session;
    const isRoots = question.method === 'roots/list';
    if (isRoots && this.profile.roots !== null) return { result: this.profile.roots };
    const asking = (about === null ? calls.askers : ownersOf(about)) as ReadonlySet<Member>;
    const client = attribute(this.#askable(), asking);
    // A server that says which call its question is for can ask anybody's client, in whatever process.
    if (about === null || (isRoots && this.#keepsRoots)) {
      for (const tools of this.#setup.tools) tools.asked(question.method, calls.toolsOf(asking), client !== null);
    }
    if (client?.isGone === true) return { error: 'the client is gone' };
    const isOutside = asking.size === 0;
    if (client === null || (isOutside && client.kind === 'listener')) {
      const isShared = asking.size > 1 || this.members.size > 1;
      return { error: isShared ? untold(isOutside) : 'no client is there to answer' };
    }
    this.#elicitations.asked(question, client);
    return isRoots && this.#keepsRoots ? { client, refusal: () => this.#tellRoots(client) } : { client };
  }

  hear({ text, method, params, isForAll, isNews }: Told): void {
    const { uri, level } = (params ?? {}) as { uri?: unknown; level?: unknown };
    switch (method) {
      case 'notifications/resources/updated':
        for (const member of this.#subscriptions.listeners(String(uri))) member.onNotification(text);
        return;
      case 'notifications/message': {
        const asking = isForAll ? new Set<Member>() : (this.instance.session.calls.askers as ReadonlySet<Member>);
        for (const member of asking.size === 1 ? asking : this.#all()) {
          if (this.#levels.admits(member, level) && !member.isGone) member.onNotification(text);
        }
        return;
      }
      case 'notifications/elicitation/complete': {
        const asked = this.#elicitations.completed(params);
        for (const member of asked === null ? this.#all() : [asked]) member.onNotification(text);
        return;
      }
      default:
        for (const member of this.#all()) if (isNews || member.kind !== 'client') member.onNotification(text);
        if (!isNews || !method.endsWith('/list_changed')) return;
        for (const member of this.#setup.onlookers()) member.onNotification(text);
    }
  }

  /** A call of it has ended. */
  finished({ call, settled, answer }: Finished): void {
    if (call.tool === null || call.hasAsked || !settled.ok || answer?.error !== null) return;
    const isOwn = this.owner !== null && call.options.owner === this.owner;
    for (const tools of this.#setup.tools) tools.answered(call.tool, isOwn);
  }

  async #subscribe(member: Member, uri: string, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    if (!this.#subscriptions.subscribe(member, uri)) return done(envelope);
    let hasAgreed = false;
    try {
      const answer = await this.instance.ask(envelope, options);
      hasAgreed = !isError(answer);
      return answer;
    } finally {
      if (hasAgreed) this.#subscriptions.agreed(member, uri);
      else this.#subscriptions.unsubscribe(member, uri);
    }
  }

  async #setLevel(member: Member, level: unknown, envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    const before = this.#levels.of(member);
    const span = rawMember(envelope, ['params', 'level']);
    // Of a level that is none the server shall say so itself.
    if (span === null || !this.#levels.set(member, level)) return this.instance.ask(envelope, options);
    const spliced = splice(envelope.text, [{ ...span, with: JSON.stringify(this.#levels.wanted) }]);
    let isSet = false;
    try {
      const answer = await this.instance.ask(requestOf(spliced, this.instance.config.name), options);
      isSet = !isError(answer);
      return answer;
    } finally {
      if (!isSet && !(before !== null && this.#levels.set(member, before))) this.#levels.drop(member);
    }
  }

  /** The process need not be more verbose than anybody wants it, and must not be less. */
  #adjustLevel(): void {
    const { session } = this.instance;
    const { wanted } = this.#levels;
    if (wanted === null) session.snapshot.forgetLevel();
    else if (wanted !== session.snapshot.logLevel) session.remember('logging/setLevel', { level: wanted });
  }

  /** Whether the process may serve one client what it knows of another's roots. Since 2026-07-28 a server keeps nothing between two requests. */
  get #keepsRoots(): boolean {
    return !this.#setup.isForOneClient && this.instance.session.handshake?.era !== 'modern';
  }

  /** The process is told this client's roots, and serves nobody else until it is another; or why it is not told. */
  #tellRoots(client: Member): string | null {
    const isFixed = this.#setup.resident?.kind === 'host' && client !== this.#setup.resident;
    if (isFixed || this.instance.session.calls.hasOthers(client)) {
      return 'this process works for other clients, too, which must not see the roots of this one; ask again';
    }
    this.isTold = true;
    if (this.owner === null && (client.kind === 'host' || this.members.has(client))) {
      this.owner = client;
      this.#isClaimed = true;
    }
    for (const member of [...this.members]) if (member !== client) member.makeRoom();
    return null;
  }

  #all(): Member[] {
    const { resident } = this.#setup;
    return resident === null ? [...this.members] : [...this.members, resident];
  }

  /** Who may be meant by a question outside of every call. */
  #askable(): ReadonlySet<Member> {
    const { resident } = this.#setup;
    const isMeant = resident !== null && (resident.kind === 'host' || this.members.size === 0);
    return isMeant ? new Set([...this.members, resident]) : this.members;
  }
}

const untold = (isOutside: boolean): string =>
  isOutside
    ? 'several clients share this server, and the question belongs to no call: it cannot be told whom it is for'
    : 'several clients share this server, and it cannot be told whom the question is for; call the tool again';

const ownersOf = ({ options }: Call): ReadonlySet<object> =>
  new Set(options.owner === undefined ? [] : [options.owner]);

const done = ({ id }: RequestEnvelope): string => `{"jsonrpc":"2.0","id":${id.raw},"result":{}}`;

const isError = (answer: string): boolean => (JSON.parse(answer) as { error?: unknown }).error !== undefined;
