import { isDeepStrictEqual } from 'node:util';
import type { Config, ServerConfig } from '../config/types.ts';
import type { Clock } from '../session/clock.ts';
import type { AttachedClient, Attachment, ClientProfile } from '../supervisor/attachment.ts';
import { type AggregateBackend, aggregateBackend } from './aggregate.ts';
import type { Backend } from './backend.ts';
import type { GatewayServer } from './gateway-server.ts';
import { type SingleBackend, singleBackend } from './single.ts';
import { timedAttachment } from './timed-attachment.ts';

export interface OfferOptions {
  readonly config: Pick<Config, 'servers'>;
  readonly version: string;
  readonly clock: Clock;
  readonly attach: (server: string, profile: ClientProfile, client: AttachedClient) => Attachment;
  /** Whether a person has stopped it. */
  readonly isStopped: (server: string) => boolean;
  /** Whether its last start has failed. */
  readonly hasFailed: (server: string) => boolean;
  readonly notice: (text: string) => void;
}

/** What clients can reach: each server by its name, and all as one. A name keeps its backend as long as it is configured. */
export class Offer {
  readonly #options: OfferOptions;
  readonly #configs = new Map<string, ServerConfig>();
  readonly #single = new Map<string, SingleBackend>();
  readonly #all: AggregateBackend;
  #servers: readonly GatewayServer[] = [];

  constructor(options: OfferOptions) {
    const { version, clock, notice } = options;
    this.#options = options;
    this.#all = aggregateBackend({ servers: [], version, clock, notice });
    this.update(options.config);
  }

  get names(): readonly string[] {
    return this.#servers.map(({ name }) => name);
  }

  /** A server by name, or all as one for null; null where there is none of that name. */
  backendFor(server: string | null): Backend | null {
    return server === null ? this.#all : (this.#single.get(server) ?? null);
  }

  /** A server has come up, was stopped or has another catalogue. */
  review(): void {
    this.#all.review();
  }

  /** Other servers, or other settings of them. */
  update({ servers }: Pick<Config, 'servers'>): void {
    const known = new Map(this.#servers.map(server => [server.name, server]));
    const before = new Map(this.#configs);
    this.#configs.clear();
    for (const config of servers) this.#configs.set(config.name, config);
    this.#servers = servers.map(({ name }) => known.get(name) ?? this.#create(name));
    for (const name of [...this.#single.keys()]) if (!this.#configs.has(name)) this.#single.delete(name);
    for (const server of this.#servers) {
      const { name, tools } = server;
      const single = this.#single.get(name);
      if (single === undefined) this.#single.set(name, singleBackend(server, this.#options.clock));
      else if (!isDeepStrictEqual(before.get(name)?.options.tools, tools)) single.toolsChanged();
    }
    this.#all.update(this.#servers);
  }

  #create(name: string): GatewayServer {
    const { attach, isStopped, hasFailed, clock } = this.#options;
    const nothing = { include: [], exclude: [] };
    const optionsOf = () => this.#configs.get(name)?.options;
    return {
      name,
      get tools() {
        return optionsOf()?.tools ?? nothing;
      },
      attach: (profile, client) =>
        timedAttachment(attach(name, profile, client), () => optionsOf()?.callTimeoutMs ?? 0, clock),
      isStopped: () => isStopped(name),
      hasFailed: () => hasFailed(name),
    };
  }
}
