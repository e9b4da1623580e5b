import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Manager } from '../manager.ts';
import { os } from '../platform/platform.ts';
import { controlRoutes } from './control-routes.ts';
import { listenOn, prepareControlPath } from './control-socket.ts';
import { EventStreams } from './event-streams.ts';
import type { Lock } from './instance-lock.ts';
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
}

export interface ControlServer {
  /** Of the socket or pipe. */
  readonly path: string;
  /** Ends the listener, event streams and open requests, and removes the socket. Call it before the lock is released. */
  close(): Promise<void>;
}

/** Serves the control API of a manager on a socket that only this user can open. */
export async function serveControl(options: ServeControlOptions): Promise<ControlServer> {
  const { manager, stateDir, lock, onShutdown, isTokenRequired = os === 'windows' } = options;
  const events = new EventStreams(listener => manager.onEvent(listener));
  const token = isTokenRequired ? await ensureToken(stateDir) : null;
  const app = controlRoutes({ manager, stateDir, events, token, onShutdown, bequeath: heir => lock.bequeath(heir) });
  // The global Request and Response belong to the program that we run in.
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  const path = await prepareControlPath(lock);
  await listenOn(server, path);

  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= new Promise<void>((resolve, reject) => {
      // Node removes the socket's file itself.
      server.close(error => (error === undefined ? resolve() : reject(error)));
      events.close();
      // The last events are on their way to the sockets within this turn of the loop.
      setImmediate(() => server.closeAllConnections());
    });
    return closing;
  };
  try {
    await lock.publish({ control: path });
  } catch (error) {
    await close();
    throw error;
  }
  return { path, close };
}
