import { Agent } from 'node:http';
import type { ConfigDiff } from '../config/diff.ts';
import type { Config, ProcessServer, ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import { type Clock, systemClock } from '../process/clock.ts';
import { type ClockWatch, watchClock } from '../process/clock-watch.ts';
import { type ContainmentStatus, Keeper } from '../process/keeper.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import type { ListKind } from '../session/catalogue.ts';
import type { Handlers } from '../session/host-handlers.ts';
import { fileStore, type KeptStore, memoryStore } from '../session/kept-store.ts';
import { questionIds } from '../session/server-requests.ts';
import type { Emit } from '../telemetry/events.ts';
import { Admission } from './admission.ts';
import type { AttachedClient, Attachment, ClientProfile } from './attachment.ts';
import { Client, type RequestOptions } from './client.ts';
import { told } from './event-reporter.ts';
import type { Instance } from './instance.ts';
import type { InstanceContext } from './instance-setup.ts';
import { type Listed, listAll } from './lists.ts';
import { ManagedServer } from './managed-server.ts';
import type { TakerOf } from './one-life.ts';
import { dependenciesFirst, dependentsFirst } from './order.ts';
import type { AgentFor } from './remote-life.ts';
import { type Pending, Roster } from './roster.ts';
import { servedBy } from './served.ts';
import { type ServerStatus, statusOf } from './status.ts';

export type { ContainmentStatus };

export interface SupervisorOptions {
  readonly config: Config;
  /** How the host introduces itself to servers, and what they may ask of it. */
  readonly clientInfo: ClientProfile['clientInfo'];
  readonly handlers: Handlers;
  /** There is one client, whose own name servers are told instead of ours. */
  readonly isForOneClient?: boolean;
  /** What a server tells without being asked. */
  readonly onNotification: (server: string, method: string, params: unknown) => void;
  readonly resolve: (config: ProcessServer) => Promise<LaunchPlan>;
  /** The sockets for a remote server; those of Node itself, where absent. */
  readonly agentFor?: AgentFor | undefined;
  readonly takerOf?: TakerOf | undefined;
  readonly emit: Emit;
  /** The system's, where absent. */
  readonly clock?: Clock;
  /** `Math.random`, where absent. */
  readonly random?: () => number;
  /** Where catalogues and the journal are kept; null keeps the ones in memory, and no journal. */
  readonly stateDir: string | null;
}

/** All servers of one configuration: starts them in order, stops them in reverse, and knows where each is. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #roster: Roster;
  readonly #clients = new Map<string, Client>();
  readonly #admission: Admission;
  readonly #keeper: Keeper;
  readonly #clockWatch: ClockWatch;
  #isStarted = false;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { config, emit, resolve } = options;
    this.#clockWatch = watchClock(options.clock ?? systemClock, pausedMs => {
      emit({ type: 'manager.resumed', pausedMs });
      for (const instance of this.#instances()) instance.resumed();
    });
    this.#clock = this.#clockWatch.clock;
    const random = options.random ?? Math.random;
    this.#admission = new Admission(config.concurrentStarts);
    this.#keeper = new Keeper({
      stateDir: options.stateDir,
      clock: this.#clock,
      notice: text => emit({ type: 'manager.notice', text }),
      onSwept: found => emit({ type: 'manager.swept', found }),
    });
    const context: InstanceContext = {
      clock: this.#clock,
      random,
      emit,
      resolve,
      agentFor: options.agentFor ?? (() => new Agent({ keepAlive: true })),
      takerOf: options.takerOf,
      keeper: this.#keeper,
      admission: this.#admission,
      questionId: questionIds(random),
      isClear: config => config.options.dependsOn.every(name => this.#hasComeUp(name)),
      onState: () => this.#admission.review(),
    };
    const { handlers, clientInfo, onNotification, isForOneClient = false } = options;
    this.#roster = new Roster({
      clock: this.#clock,
      create: (server, order, origin) =>
        new ManagedServer({
          config: server,
          order,
          ...origin,
          context,
          store: this.#storeFor(server),
          clientInfo,
          isForOneClient,
          handlers,
          onNotification: text => {
            const { method, params } = JSON.parse(text) as { method: string; params?: unknown };
            onNotification(server.name, method, params);
          },
        }),
      onSwitched: to => emit({ type: 'config.switched', ...idOf(to) }),
      onKept: (instead, fault) => emit({ type: 'config.kept', ...idOf(instead), fault: told(fault) }),
    });
    for (const [order, server] of config.servers.entries()) this.#roster.add(server, order);
  }

  get names(): readonly string[] {
    return this.#roster.names;
  }

  /** The first instance of a server. @throws HoldfastError TOOL_SERVER_UNKNOWN, with the nearest name. */
  instance(name: string): Instance {
    return this.#server(name).first;
  }

  /** One client more for a server; nothing is started by this alone. @throws HoldfastError TOOL_SERVER_UNKNOWN */
  attach(server: string, profile: ClientProfile, client: AttachedClient): Attachment {
    return this.#server(server).attach(profile, client);
  }

  /** Starts the named servers; resolves once each is ready, has failed, or rests until it is asked for. */
  async start(names: readonly string[]): Promise<void> {
    // It came while everything comes to its end.
    if (this.#isClosed) return;
    for (const name of names) this.#roster.insist(name);
    const servers = names.map(name => this.#server(name));
    this.#isStarted = true;
    this.#clockWatch.start();
    for (const server of dependenciesFirst(servers)) server.start();
    await Promise.all(servers.map(server => server.first.settled()));
  }

  /** Starts every server but those that rest until they are asked for. */
  startAll(): Promise<void> {
    return this.start(this.names.filter(name => this.instance(name).model.desired !== 'onDemand'));
  }

  async restart(name: string): Promise<void> {
    const before = this.#server(name);
    if (this.#isClosed) return;
    this.#roster.insist(name);
    const server = this.#server(name);
    // New settings begin with a process of their own.
    if (server === before) server.restart();
    else server.start();
    await server.settled();
  }

  /**
   * Takes up other servers and other settings: what is unchanged stays untouched. Resolves once all that is new serves, rests, or has
   * been given up; `keeping` and `pending` say which.
   */
  async apply(
    config: Config,
    { added, removed, changed }: Pick<ConfigDiff, 'added' | 'removed' | 'changed'>,
  ): Promise<void> {
    for (const name of removed) this.#roster.remove(name);
    const orderOf = new Map(config.servers.map((server, order) => [server.name, { server, order }]));
    const entries = (names: readonly string[]) => names.flatMap(name => orderOf.get(name) ?? []);
    const fresh = entries(added).map(({ server, order }) => this.#roster.add(server, order));
    this.#roster.sort(config.servers.map(({ name }) => name));
    const changes = entries(changed).map(({ server, order }) => this.#roster.change(server, order));
    const eager = fresh.filter(({ first }) => first.model.desired !== 'onDemand').map(({ name }) => name);
    await Promise.all([...changes, ...(this.#isStarted ? [this.start(eager)] : [])]);
  }

  /** Servers whose new settings do not serve yet, and why. */
  get pending(): readonly Pending[] {
    return this.#roster.pending;
  }

  /** The client's verbs for one server. @throws HoldfastError TOOL_SERVER_UNKNOWN */
  client(name: string): Client {
    this.#server(name);
    const known =
      this.#clients.get(name) ??
      new Client(
        servedBy(() => this.#server(name)),
        this.#clock,
      );
    this.#clients.set(name, known);
    return known;
  }

  /** A list of one server, or of all that are not stopped. */
  list(kind: ListKind, name: string | undefined, options: RequestOptions | undefined): Promise<Listed[]> {
    const isUp = (server: string) => this.instance(server).model.desired !== 'down';
    const names = name === undefined ? this.names.filter(isUp) : [name];
    return listAll(new Map(names.map(server => [server, this.client(server)])), kind, options);
  }

  /** Stops the named servers, each after those that depend on it. Resolves with the processes that could not be ended. */
  async stop(names: readonly string[]): Promise<readonly number[]> {
    for (const name of names) this.#server(name);
    const survivors = new Set<number>();
    await dependentsFirst(names, this.#roster.servers, async name => {
      const former = this.#roster.pause(name);
      // It may have been removed while it waited for others.
      const server = this.#roster.get(name);
      server?.stop();
      await server?.settled();
      for (const pid of [...(server?.survivors ?? []), ...(await former)]) survivors.add(pid);
    });
    return [...survivors];
  }

  /** Skips what patience is left in every stop under way. */
  hasten(): void {
    for (const server of this.#roster.all) server.stop();
  }

  /** Stops everything and gives back every timer. Resolves with the processes that could not be ended. */
  async close(): Promise<readonly number[]> {
    this.#isClosed = true;
    this.#clockWatch.stop();
    const survivors = (await Promise.all([this.#roster.close(), this.stop(this.names)])).flat();
    for (const server of this.#roster.all) server.close();
    await this.#keeper.close();
    return [...new Set(survivors)];
  }

  /** Looks what the processes of every server use now, so that `status` tells. */
  async sample(): Promise<void> {
    await Promise.all(this.#instances().map(instance => instance.sample()));
  }

  /** Pids of all processes of a server that are alive. @throws HoldfastError TOOL_SERVER_UNKNOWN */
  async members(name: string): Promise<readonly number[]> {
    this.#server(name);
    const groups = this.#roster.instancesOf(name).flatMap(({ life }) => life?.process?.group ?? []);
    return (await Promise.all(groups.map(group => group.members()))).flat();
  }

  /** How it is made sure that no process outlives us. */
  get keeping(): ContainmentStatus {
    return this.#keeper.status;
  }

  status(): ServerStatus[] {
    return this.#roster.servers.map(({ name, first }) => {
      const others = this.#roster.instancesOf(name).filter(instance => instance !== first);
      const status = statusOf(first, this.#clock);
      return { name, ...status, instances: [status, ...others.map(instance => statusOf(instance, this.#clock))] };
    });
  }

  #instances(): Instance[] {
    return this.#roster.all.flatMap(({ instances }) => [...instances]);
  }

  #server(name: string): ManagedServer {
    const server = this.#roster.get(name);
    if (server !== undefined) return server;
    throw new HoldfastError('TOOL_SERVER_UNKNOWN', { details: { name, nearest: nearest(name, this.names) } });
  }

  #hasComeUp(name: string): boolean {
    const model = this.#roster.get(name)?.first.model;
    if (model === undefined) return true;
    const { name: state } = model.state;
    return state === 'ready' || state === 'failed' || (state === 'stopped' && model.desired !== 'up');
  }

  #storeFor(config: ServerConfig): KeptStore {
    const { stateDir } = this.#options;
    return stateDir === null ? memoryStore : fileStore(stateDir, launchOf(config));
  }
}

const idOf = ({ name, first }: ManagedServer) => ({
  server: name,
  instance: first.number,
  incarnation: first.model.incarnation,
});

/** What decides what a server offers: with another key or folder it may be other tools. */
function launchOf(config: ServerConfig): readonly unknown[] {
  if (config.kind === 'remote') return [config.url, config.headers];
  return [config.command, config.args, config.env, config.cwd];
}
