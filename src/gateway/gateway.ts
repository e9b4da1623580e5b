import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Redactor } from '../config/redactor.ts';
import type { Config } from '../config/types.ts';
import { rpcErrorOf } from '../errors/rpc-error.ts';
import { systemClock } from '../session/clock.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Emit, HoldfastEvent } from '../telemetry/events.ts';
import { isLoopback } from './guard.ts';
import { ModernFront } from './modern-front.ts';
import { Offer } from './offer.ts';
import type { MetricsText, Site } from './open-routes.ts';
import { Seal, sealKey } from './seal.ts';
import { serveHttp } from './serve-http.ts';
import { fileSessions, memorySessions } from './session-store.ts';

export interface ListenOptions {
  /** Address to listen on; where it is absent `holdfast.gateway.host`, 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0 picks a free one; where it is absent `holdfast.gateway.port`, 4653 by default. */
  readonly port?: number | undefined;
  /** What clients must show as `Authorization: Bearer …`; null for none. A random one where it is absent. */
  readonly token?: string | null | undefined;
  /** What else is served there; nothing where it is absent. */
  readonly site?: Site | undefined;
}

/** The HTTP endpoint of a manager. */
export interface Endpoint extends AsyncDisposable {
  /** Of all servers as one; a single one is at `/servers/NAME/mcp` of the same origin. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  /** Sessions that are open. */
  clients(): number;
  /** Whether a `holdfast connect` is connected. */
  isBridged(): boolean;
  /** Ends the listener, every stream and every connection. Sessions are kept where there is a state folder. */
  close(): Promise<void>;
}

interface GatewayParts {
  readonly config: Config;
  readonly supervisor: Supervisor;
  readonly version: string;
  readonly stateDir: string | null;
  readonly metrics: MetricsText;
  /** Where events go, and come from. */
  readonly hub: { readonly emit: Emit; subscribe(listener: (event: HoldfastEvent) => void): () => void };
}

/** After these, clients of all servers as one may see another list. */
const CHANGES: ReadonlySet<string> = new Set<HoldfastEvent['type']>([
  'server.ready',
  'server.stopping',
  'server.stopped',
  'server.starting',
  'catalogue.changed',
]);

/** What a manager has of an endpoint: one at most at a time. */
export class Gateway {
  #parts: GatewayParts;
  #opened: Opened | null = null;
  #isOpening = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** Null where it does not listen. */
  get endpoint(): Endpoint | null {
    return this.#opened?.endpoint ?? null;
  }

  /** Other servers, or other settings of them; the supervisor has taken them up. */
  update(config: Config): void {
    this.#parts = { ...this.#parts, config };
    this.#opened?.update(config);
  }

  /** @throws HoldfastError RESOURCE_PORT_TAKEN, RESOURCE_ADDRESS */
  async listen(options: ListenOptions = {}): Promise<Endpoint> {
    if (this.#isOpening || this.#opened !== null) throw new Error('the manager listens already');
    this.#isOpening = true;
    try {
      const { config } = this.#parts;
      this.#opened = await open(this.#parts, options, () => {
        this.#opened = null;
      });
      // It may have been read again in the meantime.
      if (this.#parts.config !== config) this.#opened.update(this.#parts.config);
      return this.#opened.endpoint;
    } finally {
      this.#isOpening = false;
    }
  }
}

interface Opened {
  readonly endpoint: Endpoint;
  readonly update: (config: Config) => void;
}

/** Opens the endpoint: every server, and all of them as one, for clients of every revision. */
async function open(parts: GatewayParts, options: ListenOptions, onClose: () => void): Promise<Opened> {
  const { config, supervisor, version, stateDir, hub } = parts;
  const { token = randomBytes(32).toString('base64url') } = options;
  const gateway = {
    ...config.gateway,
    host: options.host ?? config.gateway.host,
    port: options.port ?? config.gateway.port,
  };
  const redactor = new Redactor(config, token === null ? [] : [token]);
  // Whoever holds the lock of a state folder has made it; the library need not hold one.
  if (stateDir !== null) await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const exposeStderr = isLoopback(gateway.host);
  const explain = (error: Parameters<typeof rpcErrorOf>[0]) => rpcErrorOf(error, redactor.redact, exposeStderr);
  const modelOf = (name: string) => (supervisor.names.includes(name) ? supervisor.instance(name).model : null);
  const offer = new Offer({
    config,
    version,
    clock: systemClock,
    attach: (...args) => supervisor.attach(...args),
    isStopped: name => (modelOf(name)?.desired ?? 'down') === 'down',
    hasFailed: name => ['backoff', 'failed'].includes(modelOf(name)?.state.name ?? ''),
    notice: text => hub.emit({ type: 'manager.notice', text }),
  });
  const unsubscribe = hub.subscribe(({ type }) => {
    if (CHANGES.has(type)) offer.review();
  });
  const http = await serveHttp({
    gateway,
    token,
    backendFor: server => offer.backendFor(server),
    servers: () => offer.names,
    modern: new ModernFront({ clock: systemClock, seal: new Seal(await sealKey(stateDir)), explain }),
    sessions: stateDir === null ? memorySessions : fileSessions(stateDir),
    unready: () => unready(supervisor),
    metrics: parts.metrics,
    site: options.site ?? null,
    explain,
    emit: hub.emit,
  }).catch((error: unknown) => {
    unsubscribe();
    throw error;
  });
  const close = async () => {
    unsubscribe();
    await http.close();
    onClose();
  };
  const update = (changed: Config) => {
    redactor.add(changed);
    offer.update(changed);
    http.endSessionsBut(offer.names);
  };
  const endpoint: Endpoint = {
    url: `http://${authority(http.host, http.port)}/mcp`,
    host: http.host,
    port: http.port,
    token,
    clients: () => http.clients(),
    isBridged: () => http.isBridged(),
    close,
    [Symbol.asyncDispose]: close,
  };
  return { endpoint, update };
}

function unready(supervisor: Supervisor): string[] {
  return supervisor
    .status()
    .filter(({ desired, state }) => desired === 'up' && state !== 'ready')
    .map(
      ({ name, state, lastError }) => `${name} is ${state}${lastError === null ? '' : ` (${String(lastError.code)})`}`,
    );
}

/** As clients of this machine write it: an address that stands for all is none that one can go to. */
function authority(host: string, port: number): string {
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}
