import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import type { Site } from '../gateway/open-routes.ts';
import type { Manager } from '../manager.ts';
import { os } from '../platform/platform.ts';
import { History } from '../telemetry/history.ts';
import { controlRoutes } from './control-routes.ts';
import { listenOn, prepareControlPath } from './control-socket.ts';
import { EventStreams } from './event-streams.ts';
import type { Lock } from './instance-lock.ts';
import { readPage } from './page-files.ts';
import { redactorFor } from './redact-told.ts';
import { Sampling } from './sampling.ts';
import { createSite } from './site.ts';
import { ensureToken } from './token.ts';

export interface ServeControlOptions {
  readonly manager: Manager;
  readonly stateDir: string;
  /** Of this state folder: the proof that nobody else listens there. The path is published with it. */
  readonly lock: Lock;
  /** A client asks the manager to end; it has been answered already. */
  readonly onShutdown: () => void;
  /**
   * Whether a caller must show the token of the state folder. Default: on Windows only, where the default rights of a pipe are wider
   * than its owner; elsewhere the socket's mode is enough.
   */
  readonly isTokenRequired?: boolean;
  /** Folder of the dashboard's page, as it was built; that of the package, where it is absent. */
  readonly pageDir?: string;
}

export interface ControlServer {
  /** Of the socket or pipe. */
  readonly path: string;
  /** The same API, and the dashboard, for the manager's endpoint: `manager.listen({ site })`. */
  readonly site: Site;
  /** Ends the listener, event streams and open requests, and removes the socket. Call it before the lock is released. */
  close(): Promise<void>;
}

const packagePage = fileURLToPath(new URL('../web/', import.meta.url));

/** Readers of events hear from us at least so often: proxies end what is silent for long, and a page tells a dead connection by it. */
const BEAT_MS = 15_000;

/** Serves the control API of a manager on a socket that only this user can open. */
export async function serveControl(options: ServeControlOptions): Promise<ControlServer> {
  const { manager, stateDir, lock, onShutdown, isTokenRequired = os === 'windows', pageDir = packagePage } = options;
  const page = await readPage(pageDir);
  const token = isTokenRequired ? await ensureToken(stateDir) : null;
  const redact = redactorFor(manager);
  const events = new EventStreams({ onEvent: listener => manager.onEvent(listener), redact, wall: () => Date.now() });
  const history = new History();
  const told = manager.onEvent(event => history.take(event));
  const sampling = new Sampling({ manager, history, now: () => performance.now(), wall: () => Date.now(), cpu });
  const timers = [setInterval(() => void sampling.tick(), history.everyMs), setInterval(() => events.beat(), BEAT_MS)];
  const sample = () => sampling.fresh();
  const bequeath: Lock['bequeath'] = heir => lock.bequeath(heir);
  const about = { manager, stateDir, events, history, sample, redact, onShutdown, bequeath };
  const app = controlRoutes({ ...about, base: '', token });
  // The endpoint has looked at the token itself.
  const api = controlRoutes({ ...about, base: '/api', token: null });
  const site = createSite({ page, api, onClose: () => events.end('/api') });
  const endAll = () => {
    for (const timer of timers) clearInterval(timer);
    told();
    events.close();
  };
  // The global Request and Response belong to the program that we run in.
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));

  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= new Promise<void>((resolve, reject) => {
      // Node removes the socket's file itself.
      server.close(error => (error === undefined ? resolve() : reject(error)));
      endAll();
      // The last events are on their way to the sockets within this turn of the loop.
      setImmediate(() => server.closeAllConnections());
    });
    return closing;
  };
  const path = await listening(server, lock).catch((error: unknown) => {
    endAll();
    throw error;
  });
  try {
    await lock.publish({ control: path });
  } catch (error) {
    await close();
    throw error;
  }
  return { path, site, close };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function listening(server: Server, lock: Lock): Promise<string> {
  const path = await prepareControlPath(lock);
  await listenOn(server, path);
  return path;
}
