import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import { Network } from '../../src/network/network.ts';
import { noSystemNetwork, type SystemNetwork, WinsockFailure } from '../../src/platform/system-network.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { testAuthority } from '../support/test-authority.ts';

const npx = { command: 'npx', args: ['-y', 'x'] };

function made(
  holdfast: object = {},
  {
    system = {},
    env = {},
    server = npx,
    stateDir = null,
  }: { system?: Partial<SystemNetwork>; env?: Record<string, string>; server?: object; stateDir?: string | null } = {},
) {
  const told: NewEvent[] = [];
  const config = configFromObject({ mcpServers: { files: server }, holdfast }, { env: {}, cwd: '/', home: '/' });
  const network = new Network({
    os: 'windows',
    system: { ...noSystemNetwork, ...system },
    config,
    env,
    stateDir,
    emit: event => told.push(event),
  });
  const notices = () =>
    told
      .filter(event => event.type === 'network.notice')
      .map(({ text, isWarning }) => `${isWarning ? '! ' : ''}${text}`);
  const [files] = config.servers;
  const finished = (env: Record<string, string> = {}) => {
    assert.ok(files?.kind === 'process');
    return network.finish(files, env);
  };
  return { network, files, told, notices, finished };
}

const quiet = { prewarm: false, certificates: 'off', proxy: 'off' };

test('Winsock is started before the first environment is finished, once, and given back once', () => {
  const log: string[] = [];
  const startWinsock = () => {
    log.push('start');
    return { version: '2.2', highest: '2.2', providers: ['a', 'b'], [Symbol.dispose]: () => void log.push('cleanup') };
  };
  const { network, finished, notices } = made({ network: quiet }, { system: { startWinsock } });
  assert.deepEqual(log, []);
  finished();
  network.start();
  finished();
  assert.deepEqual(log, ['start']);
  assert.deepEqual(notices(), ['Winsock 2.2 with 2 providers']);
  assert.equal(network.status().winsock.state, 'started');
  network.close();
  network.close();
  assert.deepEqual(log, ['start', 'cleanup']);
});

test('a Winsock that does not start is told, and keeps no server from starting', () => {
  const startWinsock = () => {
    throw new WinsockFailure(10_106);
  };
  const { finished, notices } = made({ network: quiet }, { system: { startWinsock } });
  assert.equal(finished().UV_THREADPOOL_SIZE, '4');
  assert.match(notices()[0] ?? '', /^! Winsock does not start: .*SystemRoot/);
});

test('with every switch off nothing is asked and nothing is added', () => {
  const asked = () => assert.fail('it was asked');
  const system = { startWinsock: asked, systemProxies: asked, systemCertificates: asked, tcpTable: asked };
  const off = { winsock: false, sockets: false, dnsOrder: 'verbatim', traceWarnings: false };
  const { network, finished, told, files } = made({ network: { ...quiet, ...off } }, { system });
  assert.deepEqual(finished({ A: '1' }), { A: '1', UV_THREADPOOL_SIZE: '4' });
  const life = { server: 'files', instance: 1, incarnation: 1 };
  void network.checked(life, () => Promise.reject(new Error('it was asked')));
  assert.equal(
    network.takerOf({ ...life, pid: 1 }, text => text),
    null,
  );
  assert.deepEqual(told, []);
  assert.equal(files?.options.network.dnsOrder, 'verbatim');
});

test('the proxy of the system goes to the child, and its words into the log without credentials', () => {
  const systemProxies = () => [
    {
      source: 'internet settings',
      proxy: 'http://u:p@proxy.invalid:8080',
      bypass: '<local>;*.corp',
      pac: null,
    } as const,
  ];
  const { network, finished, notices } = made({ network: { ...quiet, proxy: 'auto' } }, { system: { systemProxies } });
  const env = finished();
  assert.equal(env.HTTPS_PROXY, 'http://u:p@proxy.invalid:8080');
  assert.equal(env.NO_PROXY, '.corp,localhost,127.0.0.1,::1');
  assert.deepEqual(notices(), ['the way outside is by http://proxy.invalid:8080 (internet settings)']);
  assert.equal(network.status().proxy, 'by http://proxy.invalid:8080 (internet settings)');
});

test('a part of the system that fails is told, and only that part is missing', () => {
  const systemProxies = () => {
    throw new Error('no such DLL');
  };
  const { finished, notices } = made({ network: { ...quiet, proxy: 'auto' } }, { system: { systemProxies } });
  assert.equal(finished().NODE_OPTIONS?.includes('ipv4first'), true);
  assert.deepEqual(notices(), ['! the proxy settings of this system could not be read: Error: no such DLL']);
});

const authority = {
  systemCertificates: () => [Buffer.from(testAuthority.replace(/-----[^-]+-----|\s/g, ''), 'base64')],
};

test('authorities that were added to the system are written to the state folder, and handed on', async t => {
  const { folder } = await withNothingLeft(t);
  const { network, finished, notices } = made(
    { network: { ...quiet, certificates: 'auto' } },
    { system: authority, stateDir: folder },
  );
  const { NODE_EXTRA_CA_CERTS = '', SSL_CERT_FILE } = finished({ SSL_CERT_FILE: 'its own' });
  assert.equal(readFileSync(NODE_EXTRA_CA_CERTS, 'utf8').trim(), testAuthority);
  assert.equal(SSL_CERT_FILE, 'its own');
  assert.deepEqual(notices(), ['authorities added to this system are handed on: 1']);
  assert.equal(network.status().certificates, 1);
});

test('without a folder no certificates are written, and that is said', () => {
  const { finished, notices } = made({ network: { ...quiet, certificates: 'auto' } }, { system: authority });
  assert.equal(finished().NODE_EXTRA_CA_CERTS, undefined);
  assert.match(notices()[0] ?? '', /not handed on: no folder/);
});

test('a server that believes any certificate is named', () => {
  const server = { ...npx, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } };
  const { network, notices } = made({ network: quiet }, { server });
  network.start();
  assert.match(notices()[0] ?? '', /^! files believes any certificate/);
});

test('a remote server that is believed with any certificate is named', () => {
  const { network, notices } = made(
    { network: quiet },
    { server: { url: 'https://a.example/mcp' }, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
  );
  network.start();
  assert.match(notices()[0] ?? '', /^! files is believed with any certificate/);
});

test('the way to a remote server leads through the proxy of the environment, unless it is excepted', async t => {
  const asked: string[] = [];
  const proxy = createServer(socket =>
    socket.once('data', (line: Buffer) => {
      asked.push(line.toString());
      socket.destroy();
    }),
  );
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const env = { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'localhost' };
  const { network } = made({ network: { ...quiet, proxy: 'auto' } }, { env });
  const tried = (url: URL) =>
    new Promise<string | undefined>(resolve => {
      const agent = network.agentFor(url);
      const end = (error: NodeJS.ErrnoException) => {
        agent.destroy();
        resolve(error.code);
      };
      get(url, { agent }).once('error', end);
    });
  await tried(new URL('http://a.example/mcp'));
  assert.match(asked.join(), /^CONNECT a\.example:80 /);
  assert.equal(await tried(new URL('http://localhost:1/mcp')), 'ECONNREFUSED');
  assert.equal(asked.length, 1);
});

test('hosts are looked up behind the back of a start, and their times are told', async () => {
  const hosts = ['localhost.invalid'];
  const { network, finished, told } = made(
    { network: { ...quiet, prewarm: true, hosts } },
    { server: { command: 'node' } },
  );
  const from = performance.now();
  finished();
  assert.ok(performance.now() - from < 1_000);
  await eventually(() => told.length > 0, { what: 'the look-up', timeoutMs: 20_000 });
  const [lookup] = told;
  assert.ok(lookup?.type === 'network.lookup' && lookup.host === 'localhost.invalid' && lookup.coldMs >= 0);
  assert.equal(network.status().lookups.length, 1);
  network.close();
});

test('debug lines are taken out of a server with the profile, redacted, and limited', () => {
  const server = { command: 'node', holdfast: { network: { debug: true } } };
  const { network, told } = made({ network: quiet }, { server });
  const take = network.takerOf({ server: 'files', instance: 1, incarnation: 3, pid: 7 }, text =>
    text.replaceAll('mine', '[redacted]'),
  );
  assert.equal(take?.('my own words'), false);
  assert.equal(take?.("HTTP 4711: auth: 'user:secret' mine"), true);
  assert.deepEqual(told, [
    {
      type: 'network.operation',
      server: 'files',
      instance: 1,
      incarnation: 3,
      area: 'http',
      line: "auth: '[redacted]' [redacted]",
      omitted: 0,
    },
  ]);
  for (let count = 0; count < 1_000; count++) assert.equal(take?.('HTTP 4711: x'), true);
  assert.ok(told.length < 300);
});
