import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { excess, holdings } from './scenario-check.ts';

test('a child, a descriptor, a listener and a temporary file are seen, and no more once they are gone', async () => {
  const name = `holdfast-check-${process.pid}`;
  const first = await holdings();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], { stdio: 'ignore' });
  const descriptor = openSync(process.execPath, 'r');
  const server = createServer().listen(0);
  await once(server, 'listening');
  writeFileSync(join(tmpdir(), name), '');

  const seen = excess(first, await holdings()).join('\n');
  assert.match(seen, new RegExp(`temporary ${name}`));
  assert.match(seen, /resource ProcessWrap: 0, now 1/);
  assert.match(seen, /resource TCPServerWrap: 0, now 1/);
  if (os === 'linux') assert.match(seen, new RegExp(`child ${child.pid}[^]*descriptor ${process.execPath}: 0, now 1`));

  child.kill('SIGKILL');
  await once(child, 'close');
  closeSync(descriptor);
  server.close();
  await once(server, 'close');
  await rm(join(tmpdir(), name));
  const kept = excess(first, await holdings()).filter(line => !line.startsWith('temporary') || line.includes(name));
  assert.deepEqual(kept, []);
});
