import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { ConfigurationStatus, ContainmentStatus, LogsStatus, Manager, NetworkStatus } from '../manager.ts';
import type { ProcessIdentity } from '../platform/identity.ts';
import type { ServerStatus } from '../supervisor/status.ts';
import { packageVersion } from '../version.ts';
import { badRequest, statusOfError, wireError } from './control-errors.ts';
import type { EventStreams } from './event-streams.ts';
import { isAuthorized, readToken, tokenPath } from './token.ts';

/** What `status --json` prints. */
export interface StatusReport {
  readonly manager: {
    readonly pid: number;
    readonly version: string;
    readonly uptimeMs: number;
    /** Of the HTTP endpoint; null where there is none. */
    readonly url: string | null;
    /** Sessions that are open there; a client may have several, and stateless ones have none. */
    readonly sessions: number;
    /** The same, as it was called first. */
    readonly clients: number;
    /** Whether a `holdfast connect` is among its clients, which would start the servers again after a `down`. */
    readonly isBridged: boolean;
    /** What clients must show stands in this file, or in `HOLDFAST_TOKEN` of whoever started it; null where nothing is asked. */
    readonly token: string | null;
    readonly config: string | null;
    readonly configuration: ConfigurationStatus;
    readonly stateDir: string;
    readonly network: NetworkStatus;
    readonly containment: ContainmentStatus;
    readonly logs: LogsStatus | null;
  };
  readonly servers: readonly ServerStatus[];
}

export interface ControlRoutesOptions {
  readonly manager: Manager;
  readonly stateDir: string;
  readonly events: EventStreams;
  /** Null where the socket itself keeps strangers out. */
  readonly token: string | null;
  /** Promises the state folder to the process that asks for it. */
  readonly bequeath: (heir: ProcessIdentity) => Promise<void>;
  /** Called once the caller has been told that it will happen. */
  readonly onShutdown: () => void;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

const callSchema = z.strictObject({
  server: z.string().min(1),
  tool: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()).optional(),
  /** 0: no limit. */
  timeoutMs: z.int().min(0).optional(),
});

const CALL_HINT = 'send a JSON object with "server", "tool", and where they are needed "arguments" and "timeoutMs"';

/** The body of `POST /call`. */
export type CallBody = z.input<typeof callSchema>;

const shutdownSchema = z.strictObject({
  /** Whom the state folder goes to; without it, to the first who comes. */
  heir: z
    .strictObject({ pid: z.int().positive(), startedAt: z.string().nullable(), bootId: z.string().nullable() })
    .optional(),
});

type Env = { Bindings: HttpBindings };

/** The control API, as a web-standard application: it knows nothing of sockets. */
export function controlRoutes({
  manager,
  stateDir,
  events,
  token,
  bequeath,
  onShutdown,
}: ControlRoutesOptions): Hono<Env> {
  const app = new Hono<Env>();
  const since = performance.now();

  app.use(async (c, next) => {
    if (token !== null && !isAuthorized(c.req.header('authorization'), token)) {
      const hint = 'send "Authorization: Bearer" with the content of the file "token" in the state folder';
      return c.json({ error: wireError(badRequest('it carries no token, or a wrong one', hint)) }, 401);
    }
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        const hint = 'give the tool a file or an address to read from instead';
        throw new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', {
          details: { limit: MAX_BODY_BYTES },
          hint,
          isHintOpen: true,
        });
      },
    }),
  );

  app.get('/status', async c => {
    await manager.sample();
    const uptimeMs = Math.round(performance.now() - since);
    const { endpoint, config } = manager;
    const sessions = endpoint?.clients() ?? 0;
    const report: StatusReport = {
      manager: {
        pid: process.pid,
        version: packageVersion(),
        uptimeMs,
        url: endpoint?.url ?? null,
        sessions,
        clients: sessions,
        isBridged: endpoint?.isBridged() ?? false,
        token: endpoint == null ? null : await placeOfToken(endpoint.token, stateDir),
        config: config.file,
        configuration: manager.configuration(),
        stateDir,
        network: manager.network(),
        containment: manager.containment(),
        logs: manager.logs(),
      },
      servers: manager.status(),
    };
    return c.json(report);
  });

  app.get('/tools', async c => {
    const tools = await manager.listTools(c.req.query('server'), { signal: c.req.raw.signal });
    return c.json({ tools });
  });

  app.post('/call', async c => {
    const body = await readBody(c, callSchema, CALL_HINT);
    const { timeoutMs } = body;
    // The signal is that of the connection: a caller who hangs up has no use for the answer.
    const options = { signal: c.req.raw.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    return c.json({ result: await manager.callTool(body.server, body.tool, body.arguments, options) });
  });

  const verbs = {
    start: (name: string) => manager.start(name),
    stop: (name: string) => manager.stop(name),
    restart: (name: string) => manager.restart(name),
  } as const;
  for (const [verb, run] of Object.entries(verbs)) {
    app.post(`/servers/:name/${verb}`, async c => {
      const name = c.req.param('name');
      await run(name);
      return c.json(manager.status().find(status => status.name === name) ?? null);
    });
  }

  app.post('/shutdown', async c => {
    const isPlain = c.req.header('content-type') === undefined;
    const { heir } = isPlain ? {} : await readBody(c, shutdownSchema, 'send a JSON object with "heir", or no body');
    if (heir !== undefined) await bequeath(heir);
    c.env.outgoing.once('close', onShutdown);
    return c.json({ isStopping: true }, 202);
  });

  app.get('/events', c => c.body(events.open(), 200, { 'content-type': 'application/x-ndjson' }));

  app.notFound(c => {
    const error = badRequest(
      `there is no ${c.req.method} ${c.req.path}`,
      'the manager may be of another version than the caller',
    );
    return c.json({ error: wireError(error) }, 404);
  });
  app.onError((error, c) => c.json({ error: wireError(error) }, statusOfError(error)));
  return app;
}

async function placeOfToken(token: string | null, stateDir: string): Promise<string | null> {
  if (token === null) return null;
  return token === (await readToken(stateDir)) ? tokenPath(stateDir) : 'HOLDFAST_TOKEN';
}

async function readBody<T>(c: Context<Env>, schema: z.ZodType<T>, hint: string): Promise<T> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(`its body is not JSON: ${error.message}`, hint);
    throw error;
  }
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  const reasons = checked.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `"${path.join('.')}": ${message}`,
  );
  throw badRequest(reasons.join('; '), hint);
}
