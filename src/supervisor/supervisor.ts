import { Agent } from 'node:http';
import type { Config, ProcessServer, ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import { type Clock, systemClock } from '../process/clock.ts';
import { type ClockWatch, watchClock } from '../process/clock-watch.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import type { ListKind } from '../session/catalogue.ts';
import { type CatalogueStore, fileStore, memoryStore } from '../session/catalogue-store.ts';
import { type InitializeParams, LEGACY_VERSIONS } from '../session/handshake.ts';
import { capabilitiesOf, type Handlers, hostOf } from '../session/host-handlers.ts';
import type { SessionHost } from '../session/session.ts';
import type { Emit } from '../telemetry/events.ts';
import { Admission } from './admission.ts';
import { Client, type RequestOptions } from './client.ts';
import { Instance } from './instance.ts';
import { type Listed, listAll } from './lists.ts';
import type { TakerOf } from './one-life.ts';
import type { AgentFor } from './remote-life.ts';
import { type ServerStatus, statusOf } from './status.ts';

export interface SupervisorOptions {
  readonly config: Config;
  /** How the host introduces itself to servers, and what they may ask of it. */
  readonly clientInfo: InitializeParams['clientInfo'];
  readonly handlers: Handlers;
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
  /** Where catalogues are kept; null keeps them in memory. */
  readonly stateDir: string | null;
}

/** All servers of one configuration: starts them in order, stops them in reverse, and knows where each is. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #instances = new Map<string, Instance>();
  readonly #clients = new Map<string, Client>();
  readonly #admission: Admission;
  readonly #clockWatch: ClockWatch;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { config, emit, resolve } = options;
    this.#clockWatch = watchClock(options.clock ?? systemClock, pausedMs => {
      emit({ type: 'manager.resumed', pausedMs });
      for (const instance of this.#instances.values()) instance.resumed();
    });
    this.#clock = this.#clockWatch.clock;
    const params = initializeParams(options);
    this.#admission = new Admission(config.concurrentStarts);
    config.servers.forEach((server, order) => {
      const instance = new Instance(server, order, params, {
        clock: this.#clock,
        random: options.random ?? Math.random,
        emit,
        resolve,
        agentFor: options.agentFor ?? (() => new Agent({ keepAlive: true })),
        takerOf: options.takerOf,
        admission: this.#admission,
        storeFor: config => this.#storeFor(config),
        isClear: config => config.options.dependsOn.every(name => this.#hasComeUp(name)),
        onState: () => this.#admission.review(),
      });
      this.#instances.set(server.name, instance);
      this.#clients.set(server.name, new Client(instance, this.#clock));
      instance.session.setHost(this.#hostOf(instance));
    });
  }

  get names(): readonly string[] {
    return [...this.#instances.keys()];
  }

  /** @throws HoldfastError TOOL_SERVER_UNKNOWN, with the nearest name. */
  instance(name: string): Instance {
    const instance = this.#instances.get(name);
    if (instance !== undefined) return instance;
    throw new HoldfastError('TOOL_SERVER_UNKNOWN', { details: { name, nearest: nearest(name, this.names) } });
  }

  /** Starts the named servers; resolves once each is ready, has failed, or rests until it is asked for. */
  async start(names: readonly string[]): Promise<void> {
    const instances = names.map(name => this.instance(name));
    this.#clockWatch.start();
    for (const instance of dependenciesFirst(instances)) instance.start();
    await Promise.all(instances.map(instance => instance.settled()));
  }

  /** Starts every server but those that rest until they are asked for. */
  startAll(): Promise<void> {
    return this.start(this.names.filter(name => this.instance(name).model.desired !== 'onDemand'));
  }

  async restart(name: string): Promise<void> {
    const instance = this.instance(name);
    instance.restart();
    await instance.settled();
  }

  /** The client's verbs for one server. @throws HoldfastError TOOL_SERVER_UNKNOWN */
  client(name: string): Client {
    this.instance(name);
    return this.#clients.get(name) as Client;
  }

  /** A list of one server, or of all that are not stopped. */
  list(kind: ListKind, name: string | undefined, options: RequestOptions | undefined): Promise<Listed[]> {
    const isUp = (server: string) => this.instance(server).model.desired !== 'down';
    const names = name === undefined ? this.names.filter(isUp) : [name];
    return listAll(new Map(names.map(server => [server, this.client(server)])), kind, options);
  }

  /** Stops the named servers, each after those that depend on it. Resolves with the processes that could not be ended. */
  async stop(names: readonly string[]): Promise<readonly number[]> {
    const wanted = new Set(names);
    const stopping = new Map<string, Promise<void>>();
    const stopOne = (name: string): Promise<void> => {
      const known = stopping.get(name);
      if (known !== undefined) return known;
      const dependents = [...this.#instances.values()].filter(
        ({ config }) => wanted.has(config.name) && config.options.dependsOn.includes(name),
      );
      const done = Promise.all(dependents.map(({ config }) => stopOne(config.name))).then(() => {
        const instance = this.instance(name);
        instance.stop();
        return instance.settled();
      });
      stopping.set(name, done);
      return done;
    };
    await Promise.all(names.map(stopOne));
    return names.flatMap(name => this.instance(name).model.survivors);
  }

  /** Skips what patience is left in every stop under way. */
  hasten(): void {
    for (const instance of this.#instances.values()) instance.stop();
  }

  /** Stops everything and gives back every timer. Resolves with the processes that could not be ended. */
  async close(): Promise<readonly number[]> {
    this.#clockWatch.stop();
    const survivors = await this.stop(this.names);
    for (const instance of this.#instances.values()) instance.monitor.stop();
    return survivors;
  }

  /** Looks what the processes of every server use now, so that `status` tells. */
  async sample(): Promise<void> {
    await Promise.all([...this.#instances.values()].map(instance => instance.sample()));
  }

  /** Pids of all processes of a server that are alive. @throws HoldfastError TOOL_SERVER_UNKNOWN */
  async members(name: string): Promise<readonly number[]> {
    return (await this.instance(name).life?.process?.group.members()) ?? [];
  }

  status(): ServerStatus[] {
    return [...this.#instances].map(([name, instance]) => {
      const status = statusOf(instance, this.#clock);
      return { name, ...status, instances: [status] };
    });
  }

  #hostOf({ config, session }: Instance): SessionHost {
    const tell = (text: string) => {
      const { method, params } = JSON.parse(text) as { method: string; params?: unknown };
      this.#options.onNotification(config.name, method, params);
    };
    return hostOf(config.name, this.#options.handlers, text => session.respond(text), tell);
  }

  #hasComeUp(name: string): boolean {
    const model = this.#instances.get(name)?.model;
    if (model === undefined) return true;
    const { name: state } = model.state;
    return state === 'ready' || state === 'failed' || (state === 'stopped' && model.desired !== 'up');
  }

  #storeFor(config: ServerConfig): CatalogueStore {
    const { stateDir } = this.#options;
    return stateDir === null ? memoryStore : fileStore(stateDir, launchOf(config));
  }
}

/** What decides what a server offers: with another key or folder it may be other tools. */
function launchOf(config: ServerConfig): readonly unknown[] {
  if (config.kind === 'remote') return [config.url, config.headers];
  return [config.command, config.args, config.env, config.cwd];
}

/** A server that others depend on goes first: they then find it on its way, and wait. The configuration has no rings. */
function dependenciesFirst(instances: readonly Instance[]): Set<Instance> {
  const sorted = new Set<Instance>();
  const add = (instance: Instance) => {
    const { dependsOn } = instance.config.options;
    for (const other of instances) if (dependsOn.includes(other.config.name) && !sorted.has(other)) add(other);
    sorted.add(instance);
  };
  for (const instance of instances) add(instance);
  return sorted;
}

function initializeParams({ clientInfo, handlers }: SupervisorOptions): InitializeParams {
  return { protocolVersion: LEGACY_VERSIONS[0], capabilities: capabilitiesOf(handlers), clientInfo };
}
