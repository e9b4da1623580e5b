import { HoldfastError } from '../errors/holdfast-error.ts';
import { type CallOptions, isUnsent, requestOf } from '../session/call.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import { type Catalogue, changedLists } from '../session/catalogue.ts';
import type { Handshake } from '../session/handshake.ts';
import { notification, type RequestEnvelope } from '../session/json-text.ts';
import type { AttachedClient, Attachment, ClientProfile } from './attachment.ts';
import type { Audience } from './audience.ts';
import type { Carried, Member } from './member.ts';

/** The server, as one that is attached to it knows it. */
export interface AttachedTo {
  readonly name: string;
  readonly handshake: Handshake | null;
  readonly catalogue: Catalogue;
  /** Why a request is of no use, where it is of none. */
  refusal(): HoldfastError | null;
  /** What a request of this client waits for; null where the server is there, or rests. */
  waitingFor(client: Attached): string | null;
  /** Whether this tool of it must run where no other client's calls are. */
  needsOwn(tool: string, profile: ClientProfile): boolean;
  /** A place for it, where it has none or needs another; tells it by `moveTo`. */
  place(client: Attached, isOwn: boolean): Audience;
  profileChanged(client: Attached, before: ClientProfile): void;
  respond(text: string, client: Attached): boolean;
  whenKnown(signal: CancelSignal): Promise<void>;
  detach(client: Attached): void;
}

const NOTHING: Carried = { level: null, uris: [] };

/** One client at one server, and the instance that serves it from its first request on. */
export class Attached implements Attachment, Member {
  readonly kind = 'client';
  profile: ClientProfile;
  readonly #client: AttachedClient;
  #server: AttachedTo;
  /** Earlier generations of its server, which may still answer what it has asked them, and ask it. */
  readonly #former = new Set<AttachedTo>();
  #place: Audience | null = null;
  #carried = NOTHING;
  #isGone = false;

  constructor(server: AttachedTo, profile: ClientProfile, client: AttachedClient) {
    this.#server = server;
    this.profile = profile;
    this.#client = client;
  }

  get server(): string {
    return this.#server.name;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** The instance that serves it; null before its first request. */
  get place(): Audience | null {
    return this.#place;
  }

  get handshake(): Handshake | null {
    return this.#place?.instance.session.handshake ?? this.#server.handshake;
  }

  get catalogue(): Catalogue {
    return this.#place?.instance.session.catalogue ?? this.#server.catalogue;
  }

  get waitingFor(): string | null {
    return this.#server.waitingFor(this);
  }

  request(message: string | RequestEnvelope, options: CallOptions): Promise<string> {
    const refusal = this.#isGone
      ? new HoldfastError('CONNECTION_CLOSED', { server: this.server, mayHaveRun: false })
      : this.#server.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    try {
      const envelope = requestOf(message, this.server);
      const server = this.#server;
      return this.#placeFor(envelope)
        .request(this, envelope, options)
        .catch(error => {
          if (this.#isGone || server === this.#server || !isUnsent(error, options)) throw error;
          return this.request(envelope, options);
        });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  notify(text: string): void {
    this.#place?.instance.session.notify(text);
  }

  respond(text: string): boolean {
    return [this.#server, ...this.#former].some(server => server.respond(text, this));
  }

  setProfile(profile: ClientProfile): void {
    const before = this.profile;
    this.profile = profile;
    this.#server.profileChanged(this, before);
  }

  async whenKnown(signal: CancelSignal): Promise<void> {
    const server = this.#server;
    try {
      await server.whenKnown(signal);
    } catch (error) {
      if (this.#isGone || server === this.#server || signal.aborted) throw error;
    }
    // What was waited for, or given up, is another's business now.
    if (server !== this.#server && this.handshake === null) return this.whenKnown(signal);
  }

  detach(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const server of [this.#server, ...this.#former]) server.detach(this);
  }

  /** Its server has new settings, and serves by other processes from now on; what is under way ends where it began. */
  succeed(server: AttachedTo): void {
    const known = this.catalogue;
    this.#former.add(this.#server);
    this.#server = server;
    this.moveTo(null);
    if (this.#carried.uris.length > 0) this.#findPlace();
    this.#tellChanged(known);
  }

  /** An earlier generation has ended. */
  forget(server: AttachedTo): void {
    this.#former.delete(server);
  }

  onRequest(text: string): void {
    this.#client.onRequest(text);
  }

  onNotification(text: string): void {
    if (!this.#isGone) this.#client.onNotification(text);
  }

  /** From now on its requests go there, or, where that is null, to where its next one finds a place. What it has told a process goes along. */
  moveTo(place: Audience | null): void {
    if (place === this.#place) return;
    if (this.#place !== null) this.#carried = this.#place.leave(this);
    this.#place = place;
    if (place === null) return;
    place.join(this, this.#carried);
    this.#carried = NOTHING;
  }

  /** As `moveTo`, and its client hears which lists are others there. */
  goTo(place: Audience | null): void {
    const known = this.catalogue;
    this.moveTo(place);
    this.#tellChanged(known);
  }

  makeRoom(): void {
    const waits = this.#place?.isSubscribed(this) === true;
    this.goTo(null);
    if (waits) this.#findPlace();
  }

  #tellChanged(known: Catalogue): void {
    for (const changed of changedLists(known, this.catalogue)) {
      this.onNotification(notification(`notifications/${changed}/list_changed`));
    }
  }

  #findPlace(): void {
    try {
      this.#server.place(this, false);
    } catch (error) {
      // There is no room for one process more, which its next request is told.
      if (!(error instanceof HoldfastError)) throw error;
    }
  }

  #placeFor({ method, value }: RequestEnvelope): Audience {
    const { name, task } = (value.params ?? {}) as { name?: unknown; task?: unknown };
    // A task outlives its call, and who asks for tasks is told all that the process has.
    const isTask = (task !== undefined && task !== null) || method.startsWith('tasks/');
    const isOwn = isTask || (method === 'tools/call' && this.#server.needsOwn(String(name), this.profile));
    const place = this.#place;
    return place !== null && (!isOwn || place.owner === this) ? place : this.#server.place(this, isOwn);
  }
}
