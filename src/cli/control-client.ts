import type { CallBody, StatusReport } from '../daemon/control-routes.ts';
import { type Holder, readHolder } from '../daemon/instance-lock.ts';
import { readToken } from '../daemon/token.ts';
import type { CallToolResult } from '../manager.ts';
import type { ProcessIdentity } from '../platform/identity.ts';
import type { Listed } from '../supervisor/lists.ts';
import type { ServerStatus } from '../supervisor/status.ts';
import type { EventListener } from '../telemetry/event-hub.ts';
import type { HoldfastEvent } from '../telemetry/events.ts';
import { type ControlRequest, requestJson, requestStream } from './control-request.ts';
import { KNOCK_MS, knock } from './knock.ts';

export interface CallRequest extends CallBody {
  /** Cancels the call, at the server too. */
  readonly signal?: AbortSignal | undefined;
}

/** A subscription to the events of a manager. */
export interface EventSubscription {
  close(): void;
  /** Resolves when no more events will come: after `close`, or since the manager has gone. */
  readonly ended: Promise<void>;
}

/** The last events before those that come. */
export interface PastEvents {
  readonly count: number;
  /** The last of them has been told. */
  readonly onEnd: () => void;
}

/**
 * The manager of a state folder, from another process. Its errors are those of the manager, with the same codes; besides,
 * CONNECTION_NO_MANAGER when it has ended since, and CONNECTION_LOST when it ends during the request.
 */
export interface ControlClient {
  /** Whom we talk to. */
  readonly holder: Holder;
  status(): Promise<StatusReport>;
  /** Tools of one server, or of all that are not stopped. */
  tools(server?: string): Promise<Listed[]>;
  call(request: CallRequest): Promise<CallToolResult>;
  /** Resolves with the server's new status, once it is ready, has failed, or rests. */
  start(server: string): Promise<ServerStatus>;
  stop(server: string): Promise<ServerStatus>;
  restart(server: string): Promise<ServerStatus>;
  /** Resolves once the manager has said that it will end, and leave the folder to `heir`; when `readHolder` names another it has. */
  shutdown(heir?: ProcessIdentity): Promise<void>;
  /** Resolves once no event can be missed any more. */
  events(onEvent: EventListener, past?: PastEvents): Promise<EventSubscription>;
}

/**
 * Finds the manager of a state folder; null where none runs, or where it does not listen (yet, or any more).
 *
 * @throws HoldfastError CONNECTION_MANAGER_SILENT where it is there and does not answer
 */
export async function connectControl(stateDir: string, patienceMs = KNOCK_MS): Promise<ControlClient | null> {
  const holder = await readHolder(stateDir);
  if (holder?.control == null || !(await isListening(holder.control, holder.pid, patienceMs))) return null;
  return createClient(holder, holder.control, await readToken(stateDir));
}

function createClient(holder: Holder, socketPath: string, token: string | null): ControlClient {
  const ask = (asked: Omit<ControlRequest, 'socketPath' | 'token'>) => requestJson({ socketPath, token, ...asked });
  const steer = async (server: string, verb: string) =>
    (await ask({
      method: 'POST',
      path: `/servers/${encodeURIComponent(server)}/${verb}`,
      hasEffect: true,
    })) as ServerStatus;
  return {
    holder,
    status: async () => (await ask({ method: 'GET', path: '/status' })) as StatusReport,
    tools: async server => {
      const query = server === undefined ? '' : `?server=${encodeURIComponent(server)}`;
      return ((await ask({ method: 'GET', path: `/tools${query}` })) as { tools: Listed[] }).tools;
    },
    call: async ({ signal, ...body }) => {
      const answer = await ask({ method: 'POST', path: '/call', body, signal, hasEffect: true });
      return (answer as { result: CallToolResult }).result;
    },
    start: server => steer(server, 'start'),
    stop: server => steer(server, 'stop'),
    restart: server => steer(server, 'restart'),
    shutdown: async heir => {
      const body = heir === undefined ? undefined : { heir };
      await ask({ method: 'POST', path: '/shutdown', body, hasEffect: true });
    },
    events: (onEvent, past) => {
      const path = past === undefined ? '/events' : `/events?recent=${past.count}`;
      return subscribe({ socketPath, token, method: 'GET', path }, onEvent, past?.onEnd);
    },
  };
}

async function subscribe(
  asked: ControlRequest,
  onEvent: EventListener,
  onPast: () => void = () => undefined,
): Promise<EventSubscription> {
  const stream = await requestStream(asked);
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') continue;
      const told = JSON.parse(line) as HoldfastEvent | { readonly type: 'alive' } | { readonly type: 'recent.end' };
      if (told.type === 'recent.end') onPast();
      else if (told.type !== 'alive') onEvent(told);
    }
  });
  const ended = new Promise<void>(resolve => stream.once('close', resolve));
  // A manager that was killed breaks the stream; to the reader that is its end.
  stream.on('error', () => stream.destroy());
  return { close: () => stream.destroy(), ended };
}

/** Errors of a connection to somebody who is not there, or is just going. */
const ABSENT = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

async function isListening(socketPath: string, pid: number, patienceMs: number): Promise<boolean> {
  try {
    await knock({ socketPath }, pid, patienceMs);
    return true;
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
