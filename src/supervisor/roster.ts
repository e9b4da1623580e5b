import { isSameServer } from '../config/diff.ts';
import type { ServerConfig } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { Instance } from './instance.ts';
import type { ManagedServer } from './managed-server.ts';
import type { ManagedServerSetup } from './managed-server-setup.ts';
import { faultOf } from './patient.ts';

export interface RosterOptions {
  readonly clock: Clock;
  readonly create: (config: ServerConfig, order: number, origin: Origin) => ManagedServer;
  /** This one serves under its name from now on. */
  readonly onSwitched: (to: ManagedServer) => void;
  /** This one does not come up, and the old settings go on. */
  readonly onKept: (instead: ManagedServer, fault: HoldfastError) => void;
}

/** What new settings have of those before. */
export type Origin = Pick<ManagedServerSetup, 'nextNumber' | 'profile'>;

/** New settings that do not serve. */
export interface Pending {
  readonly server: string;
  readonly reason: string;
  /** They did not come up; else they still may. */
  readonly isKept: boolean;
}

/** New settings that wait for a person. */
interface Waiting {
  readonly config: ServerConfig;
  readonly order: number;
  /** Why they did not come up; null where the server was stopped before they could. */
  readonly fault: HoldfastError | null;
}

const DRAIN_TICK_MS = 100;
/** Calls of servers without a limit of their own may hold up the end of old settings for so long. */
const DRAIN_MS = 600_000;

/**
 * Which settings of each server serve: new ones are started beside the old, and take their place once they are ready; the old go when
 * their last call is answered.
 */
export class Roster {
  readonly #options: RosterOptions;
  readonly #current = new Map<string, ManagedServer>();
  /** On their way. */
  readonly #next = new Map<string, ManagedServer>();
  readonly #waiting = new Map<string, Waiting>();
  /** Of each name, for the processes of all its settings. */
  readonly #numbers = new Map<string, () => number>();
  /** They serve nobody new; with their ends. Those with survivors stay to be seen. */
  readonly #leaving = new Map<ManagedServer, Promise<void>>();
  #isClosed = false;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  get names(): string[] {
    return [...this.#current.keys()];
  }

  get servers(): ManagedServer[] {
    return [...this.#current.values()];
  }

  /** Those before and after the present settings, too. */
  get all(): ManagedServer[] {
    return [...this.servers, ...this.#next.values(), ...this.#leaving.keys()];
  }

  get pending(): Pending[] {
    return this.names.flatMap((server): Pending[] => {
      const waiting = this.#waiting.get(server);
      if (this.#next.has(server)) return [{ server, reason: 'they are starting', isKept: false }];
      if (waiting === undefined) return [];
      const reason = waiting.fault?.message ?? 'the server was stopped: they count from its next start on';
      return [{ server, reason, isKept: waiting.fault !== null }];
    });
  }

  get(name: string): ManagedServer | undefined {
    return this.#current.get(name);
  }

  /** Every process of a server, whatever its settings; first those that serve. */
  instancesOf(name: string): Instance[] {
    return this.all.filter(server => server.name === name).flatMap(({ instances }) => [...instances]);
  }

  add(config: ServerConfig, order: number): ManagedServer {
    const { name } = config;
    if (this.instancesOf(name).length === 0) this.#numbers.delete(name);
    const server = this.#create(config, order, null);
    this.#current.set(name, server);
    return server;
  }

  /** Nobody finds it any more; what it has been asked it answers. */
  remove(name: string): void {
    const server = this.#current.get(name);
    this.#drop(name);
    this.#current.delete(name);
    if (server !== undefined) this.#retire(server);
  }

  /** Resolves once the new settings serve, have been given up, or others have come meanwhile. */
  async change(config: ServerConfig, order: number): Promise<void> {
    const { name } = config;
    const old = this.#current.get(name);
    if (old === undefined) return;
    const next = this.#next.get(name);
    if (next !== undefined && isSameServer(next.config, config)) return this.#promote(name, next);
    this.#drop(name);
    if (isSameServer(old.config, config)) return;
    const fresh = this.#create(config, order, old);
    const { desired, state } = old.first.model;
    if (desired === 'down') {
      fresh.stop();
      return this.#switch(name, fresh);
    }
    // Nothing is held by a server that is not there: its clients, and what they wait for, had better be with the new one.
    const isHeld = state.name === 'ready';
    if (!isHeld) this.#switch(name, fresh);
    if (config.options.start !== 'onDemand') fresh.start();
    else if (isHeld) fresh.first.demand();
    if (!isHeld) return fresh.settled();
    this.#next.set(name, fresh);
    return this.#promote(name, fresh);
  }

  /** A person starts the server: settings that are on their way, or did not come up beside the old, count from now on. */
  insist(name: string): void {
    const old = this.#current.get(name);
    const waiting = this.#waiting.get(name);
    if (old === undefined) return;
    const made = waiting === undefined ? undefined : this.#create(waiting.config, waiting.order, old);
    const fresh = this.#next.get(name) ?? made;
    if (fresh !== undefined) this.#switch(name, fresh);
  }

  /**
   * A person stops the server: settings that are on their way wait for its next start, and those before end, whatever they do. Resolves
   * with the processes of these that could not be ended.
   */
  pause(name: string): Promise<readonly number[]> {
    const next = this.#next.get(name);
    if (next !== undefined) {
      this.#drop(name);
      this.#waiting.set(name, { config: next.config, order: next.order, fault: null });
    }
    const leaving = [...this.#leaving.keys()].filter(server => server.name === name);
    // When all ends they have been stopped, and to stop twice is to be impatient.
    if (!this.#isClosed) for (const server of leaving) server.stop();
    return this.#endOf(leaving);
  }

  /** The servers in this order from now on. */
  sort(names: readonly string[]): void {
    const found = names.flatMap(name => {
      const server = this.#current.get(name);
      return server === undefined ? [] : ([[name, server]] as const);
    });
    this.#current.clear();
    for (const [name, server] of found) this.#current.set(name, server);
  }

  /** Ends all that does not serve. Resolves with the processes that could not be ended. */
  close(): Promise<readonly number[]> {
    this.#isClosed = true;
    for (const name of [...this.#next.keys()]) this.#drop(name);
    const leaving = [...this.#leaving.keys()];
    for (const server of leaving) server.stop();
    return this.#endOf(leaving);
  }

  async #endOf(leaving: readonly ManagedServer[]): Promise<readonly number[]> {
    await Promise.all(leaving.map(server => this.#leaving.get(server)));
    // Of those that were left with survivors before.
    await Promise.all(leaving.filter(server => this.#leaving.has(server)).map(server => this.#ended(server)));
    return leaving.flatMap(({ survivors }) => survivors);
  }

  async #promote(name: string, next: ManagedServer): Promise<void> {
    await next.first.settled();
    if (this.#next.get(name) !== next) return;
    const { state } = next.first.model;
    if (state.name === 'ready') return this.#switch(name, next);
    const fault = faultOf(state);
    const { config, order } = next;
    this.#drop(name);
    if (fault === null) return;
    this.#waiting.set(name, { config, order, fault });
    this.#options.onKept(next, fault);
  }

  #switch(name: string, fresh: ManagedServer): void {
    const old = this.#current.get(name);
    this.#next.delete(name);
    this.#waiting.delete(name);
    this.#current.set(name, fresh);
    if (old !== undefined) {
      old.handClientsTo(fresh);
      this.#retire(old);
    }
    this.#options.onSwitched(fresh);
  }

  /** Settings that are not wanted any more. */
  #drop(name: string): void {
    const next = this.#next.get(name);
    this.#next.delete(name);
    this.#waiting.delete(name);
    if (next !== undefined) this.#retire(next);
  }

  #retire(server: ManagedServer): void {
    const end = this.#drained(server).then(() => {
      // A second stop would be an impatient one.
      if (server.first.model.desired !== 'down') server.stop();
      return this.#ended(server);
    });
    this.#leaving.set(server, end);
  }

  /** It has been stopped, and is forgotten when nothing is left of it. */
  async #ended(server: ManagedServer): Promise<void> {
    await server.settled();
    if (server.survivors.length > 0) return;
    server.close();
    this.#leaving.delete(server);
  }

  #create(config: ServerConfig, order: number, old: ManagedServer | null): ManagedServer {
    const { name } = config;
    let last = 0;
    const nextNumber = this.#numbers.get(name) ?? (() => ++last);
    this.#numbers.set(name, nextNumber);
    return this.#options.create(config, order, { nextNumber, profile: old?.profile ?? null });
  }

  /** Resolves when it has nothing left to answer. */
  #drained(server: ManagedServer): Promise<void> {
    const { clock } = this.#options;
    const last = clock.now() + (server.config.options.callTimeoutMs || DRAIN_MS);
    const isDone = () => this.#isClosed || server.isDrained || clock.now() >= last;
    return new Promise(resolve => {
      const look = () => {
        if (isDone()) resolve();
        else clock.setTimer(DRAIN_TICK_MS, look);
      };
      look();
    });
  }
}
