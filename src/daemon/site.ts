import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Site } from '../gateway/open-routes.ts';
import { wireError } from './control-errors.ts';
import type { PageFile } from './page-files.ts';

/** Scripts, styles and requests of the page are its own, and nothing else is. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

export interface SiteOptions {
  readonly page: ReadonlyMap<string, PageFile>;
  /** The control API, its paths under `/api`. */
  readonly api: { fetch(request: Request, sockets: HttpBindings): Response | Promise<Response> };
  readonly onClose: () => void;
}

/** What the endpoint serves besides MCP: the dashboard's page, which is public and holds no data, and the control API. */
export function createSite({ page, api, onClose }: SiteOptions): Site {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  });
  app.all('/api/*', c => api.fetch(c.req.raw, c.env));
  for (const [path, file] of page) {
    app.get(path, c => {
      c.header('Content-Security-Policy', POLICY);
      c.header('Cache-Control', file.isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
      c.header('ETag', file.etag);
      if (c.req.header('if-none-match') === file.etag) return c.body(null, 304);
      return c.body(file.body, 200, { 'Content-Type': file.type });
    });
  }
  app.notFound(c => c.json({ error: wireError(notFound(c.req.path, page.size > 0)) }, 404));
  return {
    // The very paths of files: whatever else a path may turn into on its way through a router, it needs the token.
    isOpen: (method, path) => (method === 'GET' || method === 'HEAD') && page.has(path),
    fetch: (request, sockets) => app.fetch(request, sockets),
    close: onClose,
  };
}

function notFound(path: string, hasPage: boolean): HoldfastError {
  if (path !== '/' || hasPage) return new HoldfastError('CONNECTION_NOT_FOUND');
  const hint = 'build it with "npm run build"; the control API is there under /api without it';
  return new HoldfastError('CONNECTION_NOT_FOUND', {
    details: { reason: 'the dashboard has not been built' },
    hint,
    isHintOpen: true,
  });
}
