import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Bridge } from '../../gateway/bridge.ts';
import { BRIDGE_AGENT } from '../../gateway/bridge-sockets.ts';
import type { Clock, Timer } from '../../process/clock.ts';
import { HttpClient } from '../../session/http-client.ts';
import { type Effect, type Event, firstModel, type Known, type Model, transition } from './connect-machine.ts';
import type { Host } from './host.ts';

/** Where managers are found, and how one is made. */
export interface Managers {
  /** @throws HoldfastError CONNECTION_MANAGER_SILENT where the one that is there does not answer */
  find(): Promise<Known | null>;
  /** @throws HoldfastError PROCESS_MANAGER_RUNNING where somebody else was faster */
  host(onShutdown: () => void): Promise<Host>;
  token(): Promise<string | null>;
  /** The way there may break while they go on. */
  readonly areFar: boolean;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly managers: Managers;
  readonly bridge: Pick<Bridge, 'join' | 'fail'>;
  /** Whether somebody waits to be told why no manager can be run. */
  readonly isAwaited: () => boolean;
  readonly explain: (cause: unknown) => HoldfastError;
  readonly maxMessageBytes: number;
  /** No manager can be run here, or the one that is does not answer; `isFirst`: it is over, and whoever asked for it has been told. */
  readonly onUnable: (error: unknown, isFirst: boolean) => void;
  /** A manager that is far cannot be reached, and is tried again; told once until it has been reached. */
  readonly onAway: (error: HoldfastError) => void;
  /** What nobody foresaw. */
  readonly onFail: (error: unknown) => void;
}

const MAX_QUEUE = 1_000;
/** A manager that cannot even be connected to is given up before that; one that lasts has been reached, though it may say nothing. */
const REACHED_MS = 15_000;

/** Keeps a bridge joined to a manager, whoever runs it: another process, or this one. */
export class Connection {
  readonly #options: ConnectionOptions;
  #model: Model = firstModel;
  #host: Host | null = null;
  #timer: Timer | null = null;
  #hasJoined = false;
  #isAway = false;
  /** The manager that holds the folder does not answer, and that has been told. */
  #isSilent = false;
  /** Why there is no manager at all; kept for the first request, since a client that hears nothing of it tells its user nothing. */
  #untold: { readonly cause: unknown } | null = null;
  /** The end of our own manager, if it has begun. */
  #stopping: Promise<readonly number[]> | null = null;
  #racing: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#post({ type: 'start' });
  }

  /** The way to the present manager is lost. */
  lost(error: HoldfastError, { isSessionLost, wasHeard }: { isSessionLost: boolean; wasHeard: boolean }): void {
    const isHopeless = error.code === 'NETWORK_AUTH' || error.code === 'NETWORK_NO_ENDPOINT';
    const { state } = this.#model;
    const hasLasted = state.name === 'joined' && this.#options.clock.now() - state.since >= REACHED_MS;
    if (wasHeard || hasLasted || isSessionLost) this.#isAway = false;
    if (this.#options.managers.areFar && !isSessionLost && !this.#isAway) {
      this.#isAway = true;
      this.#options.onAway(error);
    }
    this.#post({ type: 'lost', error, isSessionLost, isHopeless });
  }

  /** The client has asked something, or will ask nothing any more. */
  asked(): void {
    if (this.#untold !== null) this.#tellUnable(this.#untold.cause);
  }

  hasten(): void {
    this.#host?.hasten();
  }

  /** The client is gone. Resolves with the processes that could not be ended. */
  async leave(): Promise<readonly number[]> {
    this.#post({ type: 'leave' });
    this.#timer?.cancel();
    await this.#racing;
    return (await this.#stopping) ?? [];
  }

  #post(event: Event): void {
    const [model, effects] = transition(this.#model, event, this.#options.clock.now());
    this.#model = model;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: Effect): void {
    const { clock, bridge, onFail } = this.#options;
    switch (effect.type) {
      case 'look':
        void this.#look().catch(onFail);
        return;
      case 'race':
        this.#racing = this.#race();
        return;
      case 'join':
        void this.#join(effect.manager).catch(onFail);
        return;
      case 'timer':
        this.#timer = clock.setTimer(effect.ms, () => this.#post({ type: 'timer' }));
        return;
      case 'fail':
        return bridge.fail(this.#options.explain(effect.error));
      case 'stopHosting':
        this.#stopHosting();
    }
  }

  async #look(): Promise<void> {
    try {
      const manager = await this.#options.managers.find();
      if (manager !== null) this.#isSilent = false;
      this.#post({ type: 'found', manager });
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'CONNECTION_MANAGER_SILENT') throw error;
      if (!this.#isSilent) this.#options.onUnable(error, false);
      this.#isSilent = true;
      // It may go on; until then nobody waits in silence, too.
      this.#post({ type: 'unable', error });
    }
  }

  async #race(): Promise<void> {
    const { managers, onUnable, isAwaited } = this.#options;
    try {
      this.#stopping = null;
      // Who is told while it still opens stops once it has.
      this.#host = await managers.host(() => void this.#racing.then(() => this.#post({ type: 'toldToStop' })));
      this.#post({ type: 'hosted', manager: this.#host.manager });
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'PROCESS_MANAGER_RUNNING') {
        this.#post({ type: 'outrun' });
        return;
      }
      if (this.#hasJoined) onUnable(error, false);
      else if (this.#untold === null && !isAwaited()) this.#untold = { cause: error };
      else this.#tellUnable(error);
      this.#post({ type: 'unable', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #tellUnable(cause: unknown): void {
    this.#untold = null;
    this.#options.bridge.fail(this.#options.explain(cause));
    this.#options.onUnable(cause, true);
  }

  async #join(manager: Known): Promise<void> {
    const { managers, bridge, clock, maxMessageBytes } = this.#options;
    const token = await managers.token();
    const { state } = this.#model;
    // Lost again, or left, in the meantime.
    if (state.name !== 'joined' || state.manager !== manager || manager.url === null) return;
    const url = new URL(manager.url);
    const agent = new (url.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
    const headers = { 'user-agent': BRIDGE_AGENT, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const how = { url, headers, agent, clock, maxMessageBytes, maxQueue: MAX_QUEUE, resumes: managers.areFar };
    this.#hasJoined = true;
    this.#untold = null;
    bridge.join((session, listener) => new HttpClient({ ...how, session: session ?? undefined }, listener));
  }

  #stopHosting(): void {
    const host = this.#host;
    if (host === null || this.#stopping !== null) return;
    this.#stopping = host.close();
    this.#stopping.then(() => this.#post({ type: 'stopped' }), this.#options.onFail);
  }
}
