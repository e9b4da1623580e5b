import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { cliOf } from '../../src/cli/context.ts';
import { openEndpoint } from '../../src/cli/endpoint.ts';
import { findStateDir } from '../../src/cli/places.ts';
import { acquireLock } from '../../src/daemon/instance-lock.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { Manager } from '../../src/manager.ts';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { callIn } from './in-process.ts';

test('a port that another Holdfast holds is told with its process, its configuration and how to end it', {
  skip: os === 'macos' && 'its state folder is in the home, which no variable moves',
}, async t => {
  const { folder } = await withNothingLeft(t);
  const server = createServer();
  t.after(() => server.close());
  const port = await new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  const config = join(folder, 'mcp.json');
  writeFileSync(config, '{}');
  const env = { XDG_STATE_HOME: folder, LOCALAPPDATA: folder };
  const demo = join(dirname(findStateDir({ ...cliOf({ json: false }), env }, null)), 'demo');
  const lock = await acquireLock(demo, { config });
  await lock.publish({ url: `http://127.0.0.1:${port}/mcp` });
  const taken = new HoldfastError('RESOURCE_PORT_TAKEN', {
    details: { port, host: '127.0.0.1', why: 'EADDRINUSE' },
  });
  const manager = { listen: () => Promise.reject(taken) } as unknown as Manager;
  const stateDir = join(folder, 'two');
  const wish = { hasToken: false };
  const place = { stateDir, env, site: { isOpen: () => false, fetch: () => new Response() } };
  const open = (cli: Parameters<typeof openEndpoint>[0]) =>
    openEndpoint({ ...cli, env }, manager, wish, place).then(() => 0 as const);

  const { code, stderr } = await callIn(folder, open, { stateDir });
  assert.equal(code, 1);
  assert.ok(stderr.includes(`it is held by another Holdfast (pid ${process.pid}, configuration mcp.json)`), stderr);
  assert.ok(stderr.includes(`"--port 0", or end it first: holdfast down --state-dir ${demo}`), stderr);
  await lock.release();
  const { stderr: other } = await callIn(folder, open, { stateDir });
  assert.match(
    other,
    new RegExp(`it is held by (?!another Holdfast).*pid ${process.pid}|it is held by another program`),
  );
});
