import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { GuardedHeaders } from './guard.ts';
import { refusalText } from './http-reply.ts';

/** All figures, as a scrape wants them. */
export type MetricsText = () => Promise<{ readonly text: string; readonly contentType: string }>;

export interface OpenRoutesOptions {
  /** Why not every server that should be up is ready; empty where all are. */
  readonly unready: () => readonly string[];
  readonly metrics: MetricsText;
}

/**
 * All paths but those of MCP. Who comes here has passed the guard, or asks for `/livez` or `/readyz`, which tell strangers no more than
 * yes or no.
 *
 * @param isTrusted whether a request has the token
 */
export function openRoutes(
  { unready, metrics }: OpenRoutesOptions,
  isTrusted: (headers: GuardedHeaders) => boolean,
): (request: IncomingMessage, response: ServerResponse) => void {
  const app = new Hono();
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
  app.notFound(c =>
    c.body(refusalText('null', new HoldfastError('CONNECTION_NOT_FOUND')), 404, { 'Content-Type': 'application/json' }),
  );
  // The global Request and Response belong to the program that we run in.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => void listener(request, response);
}
