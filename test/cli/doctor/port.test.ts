import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { portsVerdict, portVerdict, tryPort } from '../../../src/cli/doctor/port.ts';

const place = { port: 4653, host: '127.0.0.1', holder: null };

test('a port that is taken names who has it, a reserved one how to see that', () => {
  assert.equal(portVerdict({ ...place, error: null }).status, 'ok');
  assert.match(portVerdict({ ...place, error: 'EADDRINUSE' }).summary, /another program$/);
  const holder = { pid: 12, name: 'node', isManager: false };
  assert.match(portVerdict({ ...place, error: 'EADDRINUSE', holder }).summary, /by node \(pid 12\)$/);
  assert.match(
    portVerdict({ ...place, error: 'EADDRINUSE', holder: { ...holder, name: null } }).summary,
    /by a program/,
  );
  assert.equal(portVerdict({ ...place, error: 'EADDRINUSE', holder: { ...holder, isManager: true } }).status, 'ok');
  assert.match(portVerdict({ ...place, error: 'EACCES' }).hint ?? '', /excludedportrange/);
  assert.equal(portVerdict({ ...place, error: 'EADDRNOTAVAIL' }).status, 'problem');
});

test('trying a port tells whether it is taken, and leaves it free', async t => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await tryPort(port, '127.0.0.1'), 'EADDRINUSE');
  server.close();
  await once(server, 'close');
  assert.equal(await tryPort(port, '127.0.0.1'), null);
  assert.equal(await tryPort(port, '127.0.0.1'), null);
});

test('ports for outgoing connections that run out are told before they are gone', () => {
  const of = (used: number, verdict: 'ok' | 'warning' | 'alarm') =>
    portsVerdict({ used, of: 100, timeWait: 3, verdict });
  assert.deepEqual(
    [of(10, 'ok'), of(75, 'warning'), of(95, 'alarm')].map(({ status }) => status),
    ['ok', 'warning', 'problem'],
  );
  assert.match(of(10, 'ok').summary, /^10 of 100 in use, 3 at rest/);
  assert.equal(portsVerdict(null).status, 'unknown');
});
