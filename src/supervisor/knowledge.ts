import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import { type Era, firstEra } from '../session/era.ts';
import type { Handshake } from '../session/handshake.ts';
import type { Kept, KeptStore } from '../session/kept-store.ts';
import type { CatalogueStore } from '../session/session-lists.ts';
import { AskingTools, PERSONAL, ROOTS } from './asking-tools.ts';
import type { ClientProfile } from './attachment.ts';
import { keyOf, profileOf } from './profile.ts';

/** What is known of a server whether it runs or not, from one run to the next: what it is, what it has, and whom it was started for. */
export class Knowledge {
  readonly #personal: AskingTools;
  readonly #roots = new AskingTools(ROOTS, new Set(), () => {});
  /** For the first instance: its lists are the server's. */
  readonly lists: CatalogueStore;
  readonly #server: string;
  readonly #kept: Kept;
  readonly #store: KeptStore;
  readonly #clock: Clock;
  readonly #onNotice: (text: string) => void;
  readonly #watchers = new Set<() => void>();

  constructor(server: string, store: KeptStore, clock: Clock, onNotice: (text: string) => void) {
    this.#server = server;
    this.#store = store;
    this.#clock = clock;
    this.#onNotice = onNotice;
    this.#kept = store.load();
    this.#personal = new AskingTools(PERSONAL, this.#kept.askingTools, () => this.#keep());
    this.lists = { load: () => this.#kept.catalogue, save: () => store.save(this.#kept), era: () => this.era };
  }

  get handshake(): Handshake | null {
    return this.#kept.handshake;
  }

  /** What it is most likely to speak. */
  get era(): Era {
    return firstEra(this.#kept.modernAt, this.#clock.wall());
  }

  /** Whose the first instance was last. */
  get profile(): ClientProfile | null {
    return profileOf(this.#kept.profile);
  }

  /** What its tools ask, by kind. */
  get tools(): readonly AskingTools[] {
    return [this.#personal, this.#roots];
  }

  /** Whether the tool must run on an instance of the client's own: it may ask, and this client can be asked. */
  needsOwn(tool: string, { capabilities, roots }: ClientProfile): boolean {
    const isPersonal = capabilities.sampling !== undefined || capabilities.elicitation !== undefined;
    if (isPersonal && this.#personal.mayAsk(tool)) return true;
    return capabilities.roots !== undefined && roots === null && this.#roots.mayAsk(tool);
  }

  /** An instance has said what it is; the word of the first counts. */
  heard(handshake: Handshake, isFirst: boolean): void {
    const known = this.#kept.handshake;
    const isNew = known?.result !== handshake.result || handshake.era !== this.era;
    if (known === null || (isFirst && isNew)) {
      this.#kept.handshake = handshake;
      this.#kept.modernAt = handshake.era === 'modern' ? this.#clock.wall() : null;
      this.#keep();
    }
    this.review();
  }

  /** Whether what is known was heard by another client than such a one. */
  isOfOther(profile: ClientProfile): boolean {
    return this.profile !== null && keyOf(this.profile, true) !== keyOf(profile, true);
  }

  /** The first instance is for such a client, and its lists are what he is offered. */
  servedFor(profile: ClientProfile): void {
    if (this.profile !== null && !this.isOfOther(profile)) return;
    this.#kept.profile = { ...profile };
    this.#keep();
  }

  /** Resolves once there is a handshake; rejects with what `hopeless` says when it says something, and when `signal` is aborted. */
  whenHeard(signal: CancelSignal, hopeless: () => HoldfastError | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#watchers.delete(look);
        signal.removeEventListener('abort', onAbort);
        end();
      };
      const refuse = (why: HoldfastError) =>
        settle(() => reject(why.with({ server: this.#server, mayHaveRun: false })));
      const onAbort = () => refuse(new HoldfastError('TOOL_CALL_CANCELLED'));
      const look = () => {
        if (this.handshake !== null) return settle(resolve);
        const why = hopeless();
        if (why !== null) refuse(why);
      };
      this.#watchers.add(look);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else look();
    });
  }

  /** Something has changed that may end the waiting. */
  review(): void {
    for (const look of [...this.#watchers]) look();
  }

  #keep(): void {
    try {
      this.#store.save(this.#kept);
    } catch (error) {
      this.#onNotice(`what is known of it could not be kept on disk: ${String(error)}`);
    }
  }
}
