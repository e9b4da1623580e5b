import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createSecureServer, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { type RemoteWay, remoteAgent } from '../../src/network/remote-agent.ts';
import { withNothingLeft } from '../support/leak-check.ts';

/** Listens until the test ends, and then has no connection left. */
async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Proxy {
  readonly url: URL;
  readonly asked: { readonly target: string | undefined; readonly login: string | undefined }[];
}

async function proxy(t: TestContext, refusal?: number): Promise<Proxy> {
  const asked: { target: string | undefined; login: string | undefined }[] = [];
  const server = createServer();
  server.on('connect', (request, client) => {
    asked.push({ target: request.url, login: request.headers['proxy-authorization'] });
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return { url: new URL(`http://ada:l%C3%B6ve@127.0.0.1:${await listening(t, server)}`), asked };
}

/** GETs the address once; resolves with the body. */
async function get(t: TestContext, url: URL, way: Partial<RemoteWay>): Promise<string> {
  const agent = remoteAgent(url, { proxy: null, authorities: [], dnsOrder: 'ipv4first', ...way });
  t.after(() => agent.destroy());
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { agent }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject).end();
  });
}

const hello = () => createServer((_, response) => response.end('hello'));

test('without a proxy the address itself is connected to, localhost too', async t => {
  const port = await listening(t, hello());
  assert.equal(await get(t, new URL(`http://localhost:${port}/`), {}), 'hello');
});

test('a proxy is asked for a tunnel, with its login', async t => {
  const port = await listening(t, hello());
  const { url, asked } = await proxy(t);
  assert.equal(await get(t, new URL(`http://127.0.0.1:${port}/`), { proxy: url }), 'hello');
  const login = `Basic ${Buffer.from('ada:löve').toString('base64')}`;
  assert.deepEqual(asked, [{ target: `127.0.0.1:${port}`, login }]);
});

test('a proxy that wants another login, or will not, says so', async t => {
  const target = new URL('http://127.0.0.1:1/');
  const strict = await proxy(t, 407);
  await assert.rejects(get(t, target, { proxy: strict.url }), { code: 'EPROXYAUTH' });
  const unwilling = await proxy(t, 403);
  await assert.rejects(get(t, target, { proxy: unwilling.url }), /HTTP status 403/);
});

test('a tunnel that is being opened ends with the agent', { timeout: 10_000 }, async t => {
  const silent = createServer();
  const asked = new Promise<Duplex>(resolve => silent.once('connect', (_, client) => resolve(client.resume())));
  const url = new URL(`http://127.0.0.1:${await listening(t, silent)}`);
  const target = new URL('http://127.0.0.1:1/');
  const agent = remoteAgent(target, { proxy: url, authorities: [], dnsOrder: 'ipv4first' });
  const failed = new Promise(resolve => httpRequest(target, { agent }).once('error', resolve).end());
  const client = await asked;
  const closed = new Promise(resolve => client.once('error', resolve).once('end', resolve));
  agent.destroy();
  await Promise.all([failed, closed]);
});

/** A certificate for 127.0.0.1 that signs itself; null where no tool is here to make one. */
async function certificate(t: TestContext): Promise<{ key: string; cert: string } | null> {
  const { folder } = await withNothingLeft(t);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const what = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1'.split(' ');
  try {
    const name = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', ...what, ...name, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

test('TLS goes through a tunnel, too, and an authority that was added to the system is believed', async t => {
  const own = await certificate(t);
  if (own === null) return t.skip('openssl is not here');
  const port = await listening(
    t,
    createSecureServer(own, (_, response) => response.end('safe')),
  );
  const { url, asked } = await proxy(t);
  const target = new URL(`https://127.0.0.1:${port}/`);
  for (const way of [{}, { proxy: url }]) {
    await assert.rejects(get(t, target, way), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.equal(await get(t, target, { ...way, authorities: [own.cert] }), 'safe');
  }
  assert.equal(asked.length, 2);
});
