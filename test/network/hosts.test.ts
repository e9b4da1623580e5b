import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostsQuestion, hostOf, hostsToWarm, localPorts } from '../../src/network/hosts.ts';

const server = (command: string, args: string[] = [], env: Record<string, string> = {}) => ({
  command,
  args,
  env,
  cwd: '/project',
});
const hosts = (servers: HostsQuestion['servers'], more: Partial<HostsQuestion> = {}) =>
  hostsToWarm({
    os: 'linux',
    servers,
    env: {},
    home: '/home/ada',
    proxyHost: null,
    declared: [],
    readText: () => null,
    ...more,
  });
const files = (texts: Record<string, string>) => (path: string) => texts[path] ?? null;

test('servers that are installed packages need no host', () => {
  assert.deepEqual(hosts([server('node', ['x.js']), server('/usr/bin/python3')]), []);
});

test('a remote server needs its own host', () => {
  const urls = ['https://mcp.example/mcp', 'http://localhost:3000/mcp', 'https://10.0.0.7/mcp'];
  assert.deepEqual(hosts(urls.map(url => ({ url }))), ['mcp.example']);
});

test('npx and its kin need the registry, uvx and pip the index and its files, each once', () => {
  const all = [server('npx', ['-y', 'a']), server('C:\\nodejs\\npm.CMD'), server('uvx', ['b']), server('pip')];
  assert.deepEqual(hosts(all), ['registry.npmjs.org', 'pypi.org', 'files.pythonhosted.org']);
});

test('a registry of their own counts instead: variables of the server, ours, .npmrc of the project, of the user', () => {
  const npx = server('npx');
  const rc = files({
    '/project/.npmrc': '# x\nregistry = "https://project.test/npm"\n',
    '/home/ada/.npmrc': 'registry=http://user.test',
  });
  const own = server('npx', [], { npm_config_registry: 'https://server.test:8443/r' });
  const env = { NPM_CONFIG_REGISTRY: 'https://ours.test/' };
  assert.deepEqual(hosts([own], { env, readText: rc }), ['server.test']);
  assert.deepEqual(hosts([npx], { env, readText: rc }), ['ours.test']);
  assert.deepEqual(hosts([npx], { readText: rc }), ['project.test']);
  assert.deepEqual(hosts([npx], { readText: files({ '/home/ada/.npmrc': 'registry=http://user.test' }) }), [
    'user.test',
  ]);
  const elsewhere = files({ '/etc/rc': 'registry=https://$' + '{HOST}/' });
  const variables = { npm_config_userconfig: '/etc/rc', HOST: 'elsewhere.test' };
  assert.deepEqual(hosts([npx], { env: variables, readText: elsewhere }), ['elsewhere.test']);
});

test('a scope may have a registry of its own', () => {
  const readText = files({ '/home/ada/.npmrc': '@acme:registry=https://npm.acme.test/\nregistry=https://other.test' });
  assert.deepEqual(hosts([server('npx', ['-y', '@acme/server@1'])], { readText }), ['npm.acme.test']);
});

test('uv and pip have variables of their own', () => {
  const env = { UV_INDEX_URL: 'https://uv.test/simple', PIP_INDEX_URL: 'https://pip.test/simple' };
  assert.deepEqual(hosts([server('uvx'), server('pip')], { env }), ['uv.test', 'pip.test']);
});

test('behind a proxy its host is all there is to look up', () => {
  assert.deepEqual(hosts([server('npx')], { proxyHost: 'proxy.corp.test', declared: ['api.test'] }), [
    'proxy.corp.test',
  ]);
});

test('declared hosts come along; addresses, localhost and what is no host do not', () => {
  const declared = [
    'api.test',
    'https://api.test/v1',
    'other.test:8080',
    '10.0.0.1',
    '[::1]:80',
    'localhost:3000',
    'a b',
  ];
  assert.deepEqual(hosts([], { declared }), ['api.test', 'other.test']);
  assert.deepEqual(localPorts([...declared, 'localhost:70000', 'localhost']), [3_000]);
});

test('a host is found in addresses of every form', () => {
  assert.equal(hostOf('http://u:p@proxy.test:8080'), 'proxy.test');
  assert.equal(hostOf('proxy.test:8080'), 'proxy.test');
  assert.equal(hostOf('socks5://[2001:db8::1]:1080'), '2001:db8::1');
  assert.equal(hostOf(''), null);
});
