// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { configFromObject, loadConfig, parseConfig } from '../../src/config/load.ts';
import { emptyDisk, file, line, processes, read } from './read.ts';

const servers = (entries: unknown) => read(JSON.stringify({ mcpServers: entries }));

test('a server is read with its place, its folder and its variables', () => {
  const text =
    '{ "mcpServers": {\n  "a": { "command": "${P:-node}", "args": ["${userHome}"], "env": { "N": 1, "B": true, "X": null, "A": "${A}" }, "cwd": "sub" } } }';
  const [server] = read(text, emptyDisk, { A: 'x' }).servers;
  assert.ok(server);
  const { options, ...rest } = server;
  assert.deepEqual(rest, {
    kind: 'process',
    name: 'a',
    command: 'node',
    args: ['/home/ada'],
    env: { N: '1', B: 'true', A: 'x' },
    cwd: resolve('shop', 'sub'),
    at: { line: 2, column: 3 },
  });
  assert.equal(options.replay, 'safe');
});

test('a variable that is not set fails its server alone', () => {
  const config = servers({ a: { command: 'x', env: { KEY: '${NONE}' }, args: ['${NO}'] }, b: { command: 'y' } });
  assert.deepEqual(
    config.servers.map(({ name, problem }) => [name, problem]),
    [
      ['a', 'the variable NONE is not set (mcpServers.a.env.KEY); the variable NO is not set (mcpServers.a.args[0])'],
      ['b', undefined],
    ],
  );
});

test('env wins over envFile, whose values stay as they are', () => {
  const disk = {
    ...emptyDisk,
    readText: (path: string) => (path === resolve('shop', '.env') ? '\ufeffA=1\nB="${X} y"\n' : ''),
  };
  const config = read(line('"a": { "command": "x", "envFile": ".env", "env": { "A": "2" } }'), disk);
  assert.deepEqual(processes(config)[0]?.env, { A: '2', B: '${X} y' });
});

test('an envFile that cannot be read fails its server alone', () => {
  const config = servers({ a: { command: 'x', envFile: 'none.env' }, b: { command: 'y' } });
  assert.equal(
    config.servers[0]?.problem,
    `cannot read ${JSON.stringify(resolve('shop', 'none.env'))}, ENOENT (mcpServers.a.envFile)`,
  );
  assert.equal(config.servers[1]?.problem, undefined);
});

test('what is switched off is listed, and neither expanded nor held to be complete', () => {
  const config = servers({
    a: { disabled: true, env: { A: '${NONE}' } },
    b: { command: 'x', enabled: false },
  });
  assert.deepEqual(config.disabled, ['a', 'b']);
  assert.deepEqual(config.servers, []);
});

test('servers come in the order of the file, also where their names are numbers', () => {
  const text = '{ "mcpServers": { "b": { "command": "x" }, "10": { "command": "x" }, "2": { "command": "x" } } }';
  assert.deepEqual(
    read(text).servers.map(({ name }) => name),
    ['b', '10', '2'],
  );
});

test('starts at the same time: as many as there are cores, but at least two, or as set', () => {
  assert.equal(parseConfig('{}', { file, env: {}, cores: 1 }).concurrentStarts, 2);
  assert.equal(read('{}').concurrentStarts, 8);
  assert.equal(read('{ "holdfast": { "concurrentStarts": 1 } }').concurrentStarts, 1);
});

test('hosts may be written with a port and as a URL', () => {
  const hosts = [
    'api.test',
    'localhost:8080',
    'https://user:pw@api.test:8443/v1?x=1',
    '[::1]:80',
    '10.0.0.1',
    'münchen.test',
  ];
  assert.deepEqual(read(JSON.stringify({ mcpServers: {}, holdfast: { network: { hosts } } })).network.hosts, hosts);
});

test('an object is read like a file; its mistakes are told by key', () => {
  const context = { env: { A: '1' }, cwd: 'shop', disk: emptyDisk };
  const config = configFromObject({ mcpServers: { a: { command: 'x', env: { A: '${A}', B: undefined } } } }, context);
  assert.equal(config.file, null);
  assert.deepEqual(processes(config)[0]?.env, { A: '1' });
  assert.equal(processes(config)[0]?.cwd, resolve('shop'));
  assert.throws(() => configFromObject({ mcpServers: { a: { command: 1 } } }, context), {
    message: '<config>:1:1: mcpServers.a.command: expected a string, got 1',
  });
  assert.throws(() => configFromObject(undefined, context), {
    message: '<config>:1:1: expected an object, got nothing',
  });
});

test('a file is read from the disk, in UTF-8 or as PowerShell writes it', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'holdfast.json');
  const text = '{ "mcpServers": { "ü": { "command": "x" } } }';
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
    await writeFile(path, bytes);
    const config = await loadConfig(path, {});
    assert.equal(config.file, path);
    assert.deepEqual(
      processes(config).map(({ name, cwd, at }) => ({ name, cwd, at })),
      [{ name: 'ü', cwd: folder, at: { line: 1, column: 19 } }],
    );
  }
  await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]));
  await assert.rejects(loadConfig(path, {}), { message: `${path}: expected text in UTF-8` });
  await assert.rejects(loadConfig(folder, {}), { code: 'CONFIG_INVALID' });
  await assert.rejects(loadConfig(join(folder, 'none.json'), {}), {
    message: `${join(folder, 'none.json')}: cannot read the file (there is no such file)`,
  });
});
