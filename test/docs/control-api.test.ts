// docs/control-api.md is true: it has every route and no other, its examples work, and its figures are the ones that there are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlRoutes } from '../../src/daemon/control-routes.ts';
import { EventStreams } from '../../src/daemon/event-streams.ts';
import { ensureToken } from '../../src/daemon/token.ts';
import type { Manager } from '../../src/manager.ts';
import { History } from '../../src/telemetry/history.ts';
import { serve } from '../daemon/serve.ts';
import { projectRoot } from '../support/project-root.ts';

const page = readFileSync(join(projectRoot(), 'docs', 'control-api.md'), 'utf8').replaceAll('\r\n', '\n');

test('docs/control-api.md has every route, and no other', () => {
  const nothing = { onEvent: () => () => undefined, redact: <T>(value: T) => value, wall: () => 0 };
  const { routes } = controlRoutes({
    manager: {} as Manager,
    stateDir: '',
    events: new EventStreams(nothing),
    history: new History(),
    sample: async () => undefined,
    redact: nothing.redact,
    base: '',
    token: null,
    bequeath: async () => undefined,
    onShutdown: () => undefined,
  });
  const served = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  const documented = [...page.matchAll(/^## ([A-Z]+ \/\S*)$/gm)].map(([, route]) => route);
  assert.deepEqual(documented.sort(), served.sort());
});

test('the figures in docs/control-api.md are those of the history', () => {
  const example = /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const shown = JSON.parse(example.replaceAll(/ *\/\/.*$/gm, '')) as Record<string, Record<string, object>>;
  const history = new History();
  const none = {
    p50: null,
    p95: null,
    p99: null,
    errorRate: 0,
    rssBytes: null,
    cpuPercent: null,
    inFlight: 0,
    held: 0,
  };
  const manager = { rssBytes: 1, lagMs: 1, sessions: 1 };
  const of = { server: 'files', instance: 1, incarnation: 1 } as const;
  history.take({ at: 1, type: 'server.stopping', ...of, reason: 'relaunch' });
  history.take({ at: 1, type: 'session.closed', ...of, held: 1, replayed: 1, rejected: 1 });
  history.add({ at: 1, servers: { files: none }, manager });
  const real = history.report(2) as unknown as typeof shown;
  const keys = (value: typeof shown) => [
    Object.keys(value),
    ...[value.servers?.files, value.manager, (value.restarts as unknown as object[])[0], value.totals?.files].map(
      each => Object.keys(each ?? {}).sort(),
    ),
  ];
  assert.deepEqual(keys(shown), keys(real));
});

test('the examples of docs/control-api.md work', async t => {
  const { control, manager, stateDir } = await serve(t, { isTokenRequired: false });
  const token = await ensureToken(stateDir);
  const { port } = await manager.listen({ port: 0, token, site: control.site });
  await manager.start('files');
  const examples = [...page.matchAll(/^curl .*$/gm)].map(([line]) => line);
  assert.ok(examples.length >= 10);
  // The last one ends the manager, as far as it is told.
  for (const line of examples) {
    const url = new URL(/http:\/\/[^\s"]+/.exec(line)?.[0] ?? '');
    const body = / -d '(.*)'$/.exec(line)?.[1];
    const isOnSocket = line.includes('--unix-socket STATE/control.sock ');
    const method = / -X (\w+) /.exec(line)?.[1] ?? (body === undefined ? 'GET' : 'POST');
    const headers = /-H "Authorization: Bearer TOKEN"/.test(line) ? { authorization: `Bearer ${token}` } : {};
    const place = isOnSocket ? { socketPath: control.path } : { host: '127.0.0.1', port };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const path = url.pathname + url.search;
      const asked = request({ ...place, method, path, headers, agent: false }, response => {
        resolve(response.statusCode);
        response.destroy();
      });
      asked.once('error', reject).end(body);
    });
    assert.ok(status === 200 || (status === 202 && url.pathname === '/shutdown'), `${status}: ${line}`);
  }
});
