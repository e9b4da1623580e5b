import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { ConfigurationStatus, ContainmentStatus, LogsStatus, Manager, NetworkStatus } from '../manager.ts';
import type { ProcessIdentity } from '../platform/identity.ts';
import type { ServerStatus } from '../supervisor/status.ts';
import type { History } from '../telemetry/history.ts';
import { packageVersion } from '../version.ts';
import { badRequest, statusOfError, wireError } from './control-errors.ts';
import type { EventStreams } from './event-streams.ts';
import { readBody } from './read-body.ts';
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
  readonly history: History;
  /** Looks what every server's processes use now. */
  readonly sample: () => Promise<void>;
  /** Takes secrets out of what is told. What tools and servers answer is their caller's, and goes as it is. */
  readonly redact: <T>(value: T) => T;
  /** What the paths begin with. */
  readonly base: '' | '/api';
  /** Null where whoever comes here has been let in already. */
  readonly token: string | null;
  /** Promises the state folder to the process that asks for it. */
  readonly bequeath: (heir: ProcessIdentity) => Promise<void>;
  /** Called once the caller has been told that it will happen. */
  readonly onShutdown: () => void;
}

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
  history,
  sample,
  redact,
  base,
  token,
  bequeath,
  onShutdown,
}: ControlRoutesOptions): Hono<Env> {
  const root = new Hono<Env>();
  const app = root.basePath(base);
  const since = performance.now();

  app.use(async (c, next) => {
    if (token !== null && !isAuthorized(c.req.header('authorization'), token)) {
      const hint = 'send "Authorization: Bearer" with the content of the file "token" in the state folder';
      return c.json({ error: wireError(badRequest('it carries no token, or a wrong one', hint)) }, 401);
    }
    return next();
  });
  app.get('/status', async c => {
    await sample();
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
    return c.json(redact(report));
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
      return c.json(redact(manager.status().find(status => status.name === name) ?? null));
    });
  }

  app.post('/shutdown', async c => {
    const isPlain = c.req.header('content-type') === undefined;
    const { heir } = isPlain ? {} : await readBody(c, shutdownSchema, 'send a JSON object with "heir", or no body');
    if (heir !== undefined) await bequeath(heir);
    c.env.outgoing.once('close', onShutdown);
    return c.json({ isStopping: true }, 202);
  });

  app.get('/events', c => {
    const recent = numberOf(c, 'recent');
    // Nobody would ever read, or end, the stream of a HEAD.
    const headers = { 'content-type': 'application/x-ndjson' };
    return c.req.method === 'HEAD' ? c.body(null, 200, headers) : c.body(events.open(recent, base), 200, headers);
  });

  app.get('/history', c => {
    const report = history.report(Date.now(), numberOf(c, 'since') ?? undefined);
    // The rest is numbers, and many of them.
    return c.json({ ...report, restarts: redact(report.restarts) });
  });

  root.notFound(c => {
    const error = badRequest(
      `there is no ${c.req.method} ${c.req.path}`,
      'the manager may be of another version than the caller',
    );
    return c.json({ error: wireError(error) }, 404);
  });
  root.onError((error, c) => c.json({ error: redact(wireError(error)) }, statusOfError(error)));
  return root;
}

/** A number in the query; null where there is none. */
function numberOf(c: Context<Env>, name: string): number | null {
  const text = c.req.query(name);
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`"${name}" is "${text}"`, `leave out "${name}", or give it a whole number`);
}

async function placeOfToken(token: string | null, stateDir: string): Promise<string | null> {
  if (token === null) return null;
  return token === (await readToken(stateDir)) ? tokenPath(stateDir) : 'HOLDFAST_TOKEN';
}
