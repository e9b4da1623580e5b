import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config, ProcessServer } from '../config/types.ts';
import { openNetwork } from '../platform/native-network.ts';
import { type Os, os as thisOs } from '../platform/platform.ts';
import type { SystemNetwork } from '../platform/system-network.ts';
import { readVariable, type Variables } from '../platform/variables.ts';
import type { Emit, NewEvent } from '../telemetry/events.ts';
import {
  addedAuthorities,
  type CertificateFiles,
  trustsEverybody,
  withCertificates,
  writeCertificates,
} from './certificates.ts';
import { debugAreas, withNodeSettings } from './child-settings.ts';
import { DebugLines } from './debug-lines.ts';
import { type Lookup, lookUp } from './dns.ts';
import { hostOf, hostsToWarm, localPorts } from './hosts.ts';
import { LineLimit } from './line-limit.ts';
import { localAddressOf } from './localhost.ts';
import { describeProxy, discoverProxy, type ProxyFound, proxyFor, withProxy } from './proxy.ts';
import { remoteAgent } from './remote-agent.ts';
import { SocketWatch } from './socket-watch.ts';
import type { PortFigures } from './tcp-table.ts';
import { startWinsock, type Winsock, type WinsockState } from './winsock.ts';

type Environment = Readonly<Record<string, string>>;

export interface NetworkSetup {
  /** This one, where absent. */
  readonly os?: Os;
  readonly system?: SystemNetwork;
  readonly config: Pick<Config, 'network' | 'servers'>;
  /** Our own environment. */
  readonly env: Variables;
  /** Where certificates are written; null writes none. */
  readonly stateDir: string | null;
  readonly emit: Emit;
}

/** What is known of the network, as `status` shows it. */
export interface NetworkStatus {
  readonly winsock: WinsockState;
  readonly lookups: readonly Lookup[];
  /** In words, without credentials. */
  readonly proxy: string;
  /** Authorities that were handed on to servers. */
  readonly certificates: number;
  /** As of the last health check; null before, and where the system does not tell. */
  readonly ports: PortFigures | null;
}

/** One life of a server, for what is told of it. */
export interface LifeRef {
  readonly server: string;
  readonly instance: number;
  readonly incarnation: number;
}

/**
 * The network of one manager: what its servers get handed on, and what is watched. Every part has a switch in the configuration. Of
 * all that can go wrong here nothing keeps a server from starting.
 */
export class Network {
  readonly #setup: Required<NetworkSetup>;
  readonly #sockets: SocketWatch;
  readonly #ended = new AbortController();
  #winsock: Winsock | null = null;
  #proxy: ProxyFound | null = null;
  #files: CertificateFiles | null = null;
  #authorities: readonly string[] = [];
  #lookups: readonly Lookup[] = [];
  #isStarted = false;

  constructor(setup: NetworkSetup) {
    const { os = thisOs, system = openNetwork(), emit } = setup;
    this.#setup = { ...setup, os, system };
    this.#sockets = new SocketWatch(os, system, emit);
  }

  /** What must be there before the first process and the first look-up. Later calls do nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { config, os, system, env } = this.#setup;
    const { winsock, proxy, certificates, prewarm } = config.network;
    if (winsock) this.#startWinsock();
    if (proxy === 'auto') {
      this.#proxy = discoverProxy(
        os,
        env,
        this.#tried('proxy settings', () => system.systemProxies()),
      );
      if (this.#proxy.source !== 'none') this.#say(`the way outside is ${describeProxy(this.#proxy)}`);
    }
    if (certificates === 'auto') this.#readCertificates();
    this.#warnOfTrust();
    if (prewarm) void this.#prewarm();
  }

  /** A child's environment with its network settings; what it says already stays as it is. */
  readonly finish = (server: ProcessServer, env: Environment): Environment => {
    this.start();
    const { os } = this.#setup;
    let result = withNodeSettings(os, env, server.env, server.options.network);
    if (this.#proxy !== null) result = withProxy(os, result, this.#proxy);
    if (this.#files !== null) result = withCertificates(os, result, this.#files);
    return result;
  };

  /** The sockets for one connection to a remote server. */
  readonly agentFor = (url: URL): Agent => {
    this.start();
    return remoteAgent(url, {
      proxy: this.#proxy === null ? null : proxyFor(url, this.#proxy),
      authorities: this.#authorities,
      dnsOrder: this.#setup.config.network.dnsOrder,
    });
  };

  /** With `network.debug`, what takes Node's debug lines out of a server's stderr and into the log; else null. */
  readonly takerOf = (
    life: LifeRef & { readonly pid: number },
    redact: (text: string) => string,
  ): ((line: string) => boolean) | null => {
    const { os, config, emit } = this.#setup;
    const { server, instance, incarnation, pid } = life;
    const found = config.servers.find(({ name }) => name === server);
    if (found?.kind !== 'process' || !found.options.network.debug) return null;
    const lines = new DebugLines(debugAreas(readVariable(os, found.env, 'NODE_DEBUG')), pid);
    const limit = new LineLimit(() => performance.now());
    return line => {
      const read = lines.read(line);
      if (read === null) return false;
      const omitted = read === 'hidden' ? null : limit.take();
      if (read !== 'hidden' && omitted !== null) {
        const of = { server, instance, incarnation };
        emit({ type: 'network.operation', ...of, area: read.area, line: redact(read.text), omitted });
      }
      return true;
    };
  };

  /** A server was checked: looks at its sockets and the machine's ports, too. */
  async checked(life: LifeRef, pids: () => Promise<readonly number[]>): Promise<void> {
    if (!this.#setup.config.network.sockets) return;
    try {
      await this.#sockets.look(life, await pids());
    } catch (error) {
      this.#say(`the sockets could not be read: ${String(error)}`, true);
    }
  }

  status(): NetworkStatus {
    return {
      winsock: this.#winsock?.state ?? { state: 'not applicable' },
      lookups: this.#lookups,
      proxy: this.#proxy === null ? 'not looked for' : describeProxy(this.#proxy),
      certificates: this.#files?.count ?? 0,
      ports: this.#sockets.ports,
    };
  }

  /** Ends a look-up that is under way, and gives Winsock back. After it nothing is started any more. */
  close(): void {
    this.#ended.abort();
    this.#winsock?.[Symbol.dispose]();
  }

  #startWinsock(): void {
    this.#winsock = startWinsock(this.#setup.system);
    const { state } = this.#winsock;
    if (state.state === 'failed') this.#say(`Winsock does not start: ${state.reason}`, true);
    if (state.state === 'started') this.#say(`Winsock ${state.version} with ${state.providers.length} providers`);
  }

  #readCertificates(): void {
    const { os, system, stateDir } = this.#setup;
    const added = this.#tried('certificates', () => addedAuthorities(os, system)) ?? [];
    if (added.length === 0) return;
    this.#authorities = [...added, ...authoritiesOf(readVariable(os, this.#setup.env, 'NODE_EXTRA_CA_CERTS'))];
    if (stateDir === null) {
      this.#say(`authorities added to this system (${added.length}) are not handed on: no folder to write them to`);
      return;
    }
    this.#files = this.#tried('certificates', () => writeCertificates(join(stateDir, 'certificates'), added));
    if (this.#files !== null) this.#say(`authorities added to this system are handed on: ${this.#files.count}`);
  }

  #warnOfTrust(): void {
    const { os, config, env } = this.#setup;
    for (const server of config.servers) {
      const { name, options } = server;
      // A remote server is believed, or not, by this process.
      const isOurs = server.kind === 'remote' || options.inheritEnv;
      const isOwn = server.kind === 'process' && trustsEverybody(os, server.env);
      if (!isOwn && !(isOurs && trustsEverybody(os, env))) continue;
      const instead = 'name its authority in NODE_EXTRA_CA_CERTS instead';
      const what = server.kind === 'remote' ? 'is believed with any certificate' : 'believes any certificate';
      this.#say(`${name} ${what} (NODE_TLS_REJECT_UNAUTHORIZED=0): ${instead}`, true);
    }
  }

  async #prewarm(): Promise<void> {
    const { os, config, env, emit } = this.#setup;
    const { hosts: declared, dnsOrder: order } = config.network;
    const proxy = this.#proxy?.https ?? this.#proxy?.http ?? null;
    const proxyHost = proxy === null ? null : hostOf(proxy);
    const { servers } = config;
    const hosts = hostsToWarm({ os, servers, env, home: homedir(), proxyHost, declared, readText });
    const lookups = await lookUp(hosts, { order, signal: this.#ended.signal });
    if (this.#ended.signal.aborted) return;
    // Cancelled from outside, they tell nothing of the network.
    this.#lookups = lookups.filter(({ code }) => code !== 'ECANCELLED');
    for (const lookup of this.#lookups) emit({ type: 'network.lookup', ...lookup });
    for (const port of localPorts(declared)) {
      const from = performance.now();
      const address = await localAddressOf(port);
      const coldMs = Math.round(performance.now() - from);
      const found = address === null ? { addresses: [], code: 'ECONNREFUSED' } : { addresses: [address], code: null };
      if (this.#ended.signal.aborted) return;
      const lookup = { host: `localhost:${port}`, ...found, coldMs, warmMs: null };
      this.#lookups = [...this.#lookups, lookup];
      emit({ type: 'network.lookup', ...lookup });
    }
  }

  #tried<T>(what: string, read: () => T | null): T | null {
    try {
      return read();
    } catch (error) {
      this.#say(`the ${what} of this system could not be read: ${String(error)}`, true);
      return null;
    }
  }

  #say(text: string, isWarning = false): void {
    this.#setup.emit({ type: 'network.notice', text, isWarning } satisfies NewEvent);
  }
}

/** Node adds those of the variable by itself only where nothing else is added. */
function authoritiesOf(file: string | undefined): string[] {
  return (file === undefined ? [] : [readText(file)]).filter(text => text !== null);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such file, or not for us: then npm does not go by it either.
    return null;
  }
}
