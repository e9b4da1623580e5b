import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { GuardedHeaders } from './guard.ts';
import { refusalText } from './http-reply.ts';
import { isProbe, pathOf } from './targets.ts';

/** What an endpoint serves besides MCP, on all paths that are not its own. */
export interface Site {
  /** Whether this needs no token. What it answers yes to is public: it must be sure, whatever a path looks like. */
  isOpen(method: string, path: string): boolean;
  /** Host and Origin are right, and so is the token unless `isOpen`. `sockets` is what carries the request. */
  fetch(request: Request, sockets: HttpBindings): Response | Promise<Response>;
  /** The endpoint ends: answers that have no end of their own are to end now, or it waits for them in vain. */
  close?(): void;
}

/** All figures, as a scrape wants them. */
export type MetricsText = () => Promise<{ readonly text: string; readonly contentType: string }>;

export interface OpenRoutesOptions {
  /** Why not every server that should be up is ready; empty where all are. */
  readonly unready: () => readonly string[];
  readonly metrics: MetricsText;
  /** Whether a request has the token. */
  readonly isTrusted: (headers: GuardedHeaders) => boolean;
  /** Null where there is nothing besides MCP. */
  readonly site: Site | null;
}

export interface OpenRoutes {
  /** Whether a stranger may have it. */
  isOpen(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/** All paths but those of MCP. Who comes here has passed the guard, or asks for what is open. */
export function openRoutes({ unready, metrics, isTrusted, site }: OpenRoutesOptions): OpenRoutes {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/livez', c => c.json({ isLive: true }));
  app.get('/readyz', c => {
    const reasons = unready();
    const isReady = reasons.length === 0;
    const told = isTrusted({ authorization: c.req.header('authorization') }) ? { isReady, reasons } : { isReady };
    return c.json(told, isReady ? 200 : 503);
  });
  app.get('/metrics', async c => {
    const { text, contentType } = await metrics();
    return c.body(text, 200, { 'Content-Type': contentType });
  });
  if (site !== null) app.all('*', c => site.fetch(c.req.raw, c.env));
  app.onError((cause, c) => {
    const error = new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(cause) }, cause });
    return c.body(refusalText('null', error), 500, { 'Content-Type': 'application/json' });
  });
  app.notFound(c =>
    c.body(refusalText('null', new HoldfastError('CONNECTION_NOT_FOUND')), 404, { 'Content-Type': 'application/json' }),
  );
  // The global Request and Response belong to the program that we run in.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    isOpen: request => isProbe(request) || site?.isOpen(request.method ?? '', pathOf(request)) === true,
    serve(request, response) {
      // Nobody else tells a client to go on that asks before it sends a body.
      if (request.headers.expect !== undefined) response.writeContinue();
      void listener(request, response);
    },
  };
}
