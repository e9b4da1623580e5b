import type { ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type CallOptions, requestOf } from '../session/call.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import type { Catalogue } from '../session/catalogue.ts';
import { type Handshake, type InitializeParams, LEGACY_VERSIONS } from '../session/handshake.ts';
import { capabilitiesOf } from '../session/host-handlers.ts';
import { notification } from '../session/json-text.ts';
import { Attached, type AttachedTo } from './attached.ts';
import type { AttachedClient, Attachment, ClientProfile } from './attachment.ts';
import { Audience } from './audience.ts';
import { Audiences } from './audiences.ts';
import { Instance } from './instance.ts';
import { Knowledge } from './knowledge.ts';
import { libraryMember } from './library-member.ts';
import type { ManagedServerSetup } from './managed-server-setup.ts';
import type { Member } from './member.ts';
import { instancesFull, place } from './placement.ts';
import { canMore, keyOf } from './profile.ts';
import { waitingWords } from './waiting-words.ts';

/** One configured server: the processes that serve its clients, and which of them serves whom. */
export class ManagedServer implements AttachedTo {
  readonly config: ServerConfig;
  /** What `start` starts, and whose figures stand for the server's. */
  readonly first: Instance;
  readonly #setup: ManagedServerSetup;
  readonly #known: Knowledge;
  readonly #library: Member;
  readonly #isPerClient: boolean;
  /** Processes know their client by name. */
  readonly #isNamed: boolean;
  readonly #clients = new Set<Attached>();
  /** Those who have gone to the next generation. */
  readonly #leaving = new Set<Attached>();
  readonly #audiences: Audiences;

  constructor(setup: ManagedServerSetup) {
    this.#setup = setup;
    this.config = setup.config;
    this.#isPerClient = this.config.options.sharing === 'perClient';
    this.#isNamed = this.#isPerClient || setup.isForOneClient;
    this.#known = new Knowledge(this.name, setup.store, setup.context.clock, text => this.first.notice(text));
    const { handlers, clientInfo, onNotification } = setup;
    const capabilities = capabilitiesOf(handlers);
    const respond = (text: string) => this.first.session.respond(text, this.#library);
    this.#library = libraryMember(this.name, handlers, respond, onNotification);
    const ofLibrary = { capabilities, roots: null, clientInfo };
    const ofClients = setup.profile ?? this.#known.profile ?? ofLibrary;
    const first = this.#create(this.#library.kind === 'host' ? ofLibrary : ofClients, true);
    this.first = first.instance;
    const { clock } = setup.context;
    this.#audiences = new Audiences({ first, keepsSpare: this.#isPerClient, clients: this.#clients, clock });
  }

  get order(): number {
    return this.#setup.order;
  }

  get name(): string {
    return this.config.name;
  }

  get handshake(): Handshake | null {
    return this.#known.handshake;
  }

  get catalogue(): Catalogue {
    return this.first.session.catalogue;
  }

  /** Whom its first instance is for. */
  get profile(): ClientProfile {
    return this.#audiences.first.profile;
  }

  /** Nothing is under way any more. What waits for a process that is not there is its successor's. */
  get isDrained(): boolean {
    return this.instances.every(({ model, session: { calls } }) => {
      return model.state.name !== 'ready' || calls.inFlight + calls.held === 0;
    });
  }

  /** Processes that could not be ended. */
  get survivors(): readonly number[] {
    return this.instances.flatMap(({ model }) => model.survivors);
  }

  get instances(): readonly [Instance, ...Instance[]] {
    return this.#audiences.instances;
  }

  start(): void {
    const audience = this.#audiences.first;
    if (this.first.model.state.name === 'stopped') audience.isUsed = audience.members.size > 0;
    this.first.start();
  }

  /** Stops every instance; a second call skips what patience is left. */
  stop(): void {
    for (const audience of this.#audiences.all) {
      if (audience.isFirst) audience.instance.stop();
      else this.#audiences.end(audience);
    }
  }

  restart(): void {
    for (const audience of this.#audiences.all) {
      const { instance } = audience;
      const isWanted = audience.isFirst || instance.model.state.name !== 'stopped';
      if (isWanted && !this.#audiences.isEnding(audience)) instance.restart();
    }
  }

  /** Resolves once every instance is ready, has failed, or is at rest. */
  async settled(): Promise<void> {
    await Promise.all(this.instances.map(instance => instance.settled()));
  }

  /** Gives back every timer; the server has been stopped. */
  close(): void {
    for (const client of [...this.#clients]) client.detach();
    for (const client of this.#leaving) client.forget(this);
    this.#audiences.close();
  }

  attach(profile: ClientProfile, client: AttachedClient): Attachment {
    const attached = new Attached(this, profile, client);
    this.#clients.add(attached);
    this.#prepareFor(attached);
    return attached;
  }

  /** All clients go over to the next generation, which is ready, or on its way. */
  handClientsTo(next: ManagedServer): void {
    next.#audiences.first.succeed(this.#audiences.first);
    for (const client of [...this.#clients]) {
      this.#clients.delete(client);
      this.#leaving.add(client);
      next.#clients.add(client);
      client.succeed(next);
    }
  }

  /** A request of the library itself. */
  async request(text: string, options: CallOptions): Promise<string> {
    return this.#audiences.first.request(this.#library, requestOf(text, this.name), options);
  }

  refusal(): HoldfastError | null {
    if (this.first.model.desired !== 'down') return null;
    return new HoldfastError('CONNECTION_CLOSED', { server: this.name, mayHaveRun: false });
  }

  waitingFor(client: Attached): string | null {
    const { model } = client.place?.instance ?? this.first;
    return waitingWords(this.name, model, this.config.options.restart.retries);
  }

  needsOwn(tool: string, profile: ClientProfile): boolean {
    return this.#known.needsOwn(tool, profile);
  }

  place(client: Attached, isOwn: boolean): Audience {
    const { profile } = client;
    const isFresh = this.#isPerClient;
    const key = keyOf(profile, this.#isNamed);
    const { maxInstances } = this.config.options;
    const mayStart = () => this.#audiences.all.length < maxInstances;
    const { usable } = this.#audiences;
    const berths = usable.map(audience => audience.berthFor(client));
    const choice = place(berths, { key, isOwn: isOwn || isFresh, isFresh, mayStart: mayStart() });
    if (choice.type === 'full') throw instancesFull(this.name, maxInstances);
    const found = choice.type === 'start' ? this.#add(profile) : (usable[choice.at] ?? this.#audiences.first);
    if (choice.type === 'takeOver') found.adopt(profile, key, this.#paramsFor(profile));
    if (isOwn || isFresh) found.owner = client;
    this.#move(client, found);
    if (found.isFirst) this.#known.servedFor(profile);
    const wantsSpare = isFresh && this.first.model.desired === 'up' && mayStart();
    if (wantsSpare && !usable.some(audience => this.#audiences.isFree(audience))) this.#add(profile);
    return found;
  }

  /** Changed roots alone can be told to a process that serves nobody else; any other change is for another process. */
  profileChanged(client: Attached, before: ClientProfile): void {
    const { profile, place } = client;
    if (place === null) return this.#prepareFor(client);
    const key = keyOf(profile, this.#isNamed);
    if (key === place.key) return;
    const areRootsAll = keyOf({ ...profile, roots: before.roots }, this.#isNamed) === place.key;
    if (!areRootsAll || place.berthFor(client).isBusy) return this.#move(client, null);
    place.know(profile, key);
    place.instance.session.notify(notification('notifications/roots/list_changed'));
    if (place.isFirst) this.#known.servedFor(profile);
  }

  respond(text: string, client: Attached): boolean {
    return this.instances.some(({ session }) => session.respond(text, client));
  }

  whenKnown(signal: CancelSignal): Promise<void> {
    if (this.handshake !== null) return Promise.resolve();
    this.first.demand();
    return this.#known.whenHeard(signal, () => {
      const { state } = this.first.model;
      return state.name === 'failed' ? state.fault : this.refusal();
    });
  }

  detach(client: Attached): void {
    this.#clients.delete(client);
    this.#leaving.delete(client);
    for (const { session } of this.instances) session.dismiss(client);
    const own = client.place?.owner === client ? client.place : null;
    this.#move(client, null);
    if (own === null) return;
    if (!own.isFirst) this.#audiences.end(own);
    // What this client has left in its memory is no other's business.
    else if (this.#isPerClient || own.isTold) own.adopt(own.profile, own.key, this.#paramsFor(own.profile));
  }

  /** Who has come alone and can do more than the server knows shall see what it has for him, before he asks for anything. */
  #prepareFor(client: Attached): void {
    const { first } = this.#audiences;
    const { profile } = client;
    const isAlone = this.#clients.size === 1 && first.owner === null && !first.berthFor(client).isBusy;
    if (!isAlone || this.#isPerClient || this.refusal() !== null || !canMore(profile, first.profile)) return;
    first.adopt(profile, keyOf(profile, this.#isNamed), this.#paramsFor(profile));
    this.#known.servedFor(profile);
  }

  #move(client: Attached, to: Audience | null): void {
    client.goTo(to);
    this.#audiences.moved(to);
  }

  /** An instance more, for clients with this profile. */
  #add(profile: ClientProfile): Audience {
    const audience = this.#create(profile);
    this.#audiences.add(audience);
    if (this.first.model.desired === 'up') audience.instance.start();
    return audience;
  }

  #create(profile: ClientProfile, isFirst = false): Audience {
    const { config, order, context, nextNumber } = this.#setup;
    const audience: Audience = new Audience({
      instance: new Instance(
        {
          config,
          order,
          number: nextNumber(),
          rests: !isFirst || config.options.start === 'onDemand',
          params: this.#paramsFor(profile),
          // The others begin with what the first knows; what they know besides is true for their clients alone.
          store: isFirst
            ? { ...this.#known.lists, isOfOther: this.#known.isOfOther(profile) }
            : { ...this.#known.lists, load: () => this.catalogue.copy(), save: () => {}, isOfOther: true },
          onHandshake: handshake => this.#known.heard(handshake, isFirst),
          onFinished: finished => audience.finished(finished),
        },
        { ...context, onState: () => this.#onState() },
      ),
      profile,
      key: keyOf(profile, this.#isNamed),
      tools: this.#known.tools,
      isForOneClient: this.#setup.isForOneClient,
      resident: isFirst ? this.#library : null,
      onlookers: () => (isFirst ? [...this.#clients].filter(client => client.place === null) : []),
    });
    return audience;
  }

  #paramsFor({ capabilities, clientInfo }: ClientProfile): InitializeParams {
    const known = this.#isNamed ? clientInfo : this.#setup.clientInfo;
    return { protocolVersion: LEGACY_VERSIONS[0], capabilities, clientInfo: known };
  }

  #onState(): void {
    this.#setup.context.onState();
    this.#known.review();
  }
}
