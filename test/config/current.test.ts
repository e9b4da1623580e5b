import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CurrentConfig, readConfig } from '../../src/config/current.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { withNothingLeft } from '../support/leak-check.ts';

const one = { mcpServers: { a: { command: 'x' } } };
const two = { mcpServers: { a: { command: 'x' }, b: { command: 'y' } } };

async function current(wall = () => 5) {
  const surroundings = { env: {}, cwd: '/', wall };
  return new CurrentConfig(await readConfig(one, surroundings), surroundings);
}

test('mistakes are kept to be told until a configuration without any comes, and change nothing', async () => {
  let now = 5;
  const config = await current(() => now);
  now = 7;
  await assert.rejects(
    config.read({ mcpServers: { a: { command: 3 } } }, () => assert.fail('it does not count')),
    ConfigError,
  );
  assert.deepEqual([config.config.servers.length, config.loadedAt, config.problems.length], [1, 5, 1]);
  assert.deepEqual(await config.read(two, ({ added }) => added), ['b']);
  assert.deepEqual([config.config.servers.length, config.loadedAt, config.problems], [2, 7, []]);
});

test('each is compared with the one before, in the order in which they were asked for', async () => {
  const config = await current();
  const seen: unknown[] = [];
  const read = (source: object) => config.read(source, ({ added, removed }) => seen.push([added, removed]));
  await Promise.all([read(two), read(one), read({ mcpServers: 3 }).catch(() => null), read({ mcpServers: {} })]);
  assert.deepEqual(seen, [
    [['b'], []],
    [[], ['b']],
    [[], ['a']],
  ]);
});

test('what needs a new start is told until it is as it was at the start', async () => {
  const config = await current();
  await config.read({ ...one, holdfast: { gateway: { port: 1 } } }, () => null);
  await config.read({ ...two, holdfast: { gateway: { port: 1 } } }, () => null);
  assert.deepEqual(config.needsRestart, ['holdfast.gateway']);
  await config.read(one, () => null);
  assert.deepEqual(config.needsRestart, []);
});

test('the file it came from is read again; of an object there is nothing to read', async t => {
  const { folder } = await withNothingLeft(t);
  const file = join(folder, 'holdfast.json');
  writeFileSync(file, JSON.stringify(one));
  const surroundings = { env: {}, cwd: '/', wall: () => 0 };
  const ofFile = new CurrentConfig(await readConfig(file, surroundings), surroundings);
  writeFileSync(file, JSON.stringify(two));
  assert.deepEqual(await ofFile.read(undefined, ({ added }) => added), ['b']);
  await assert.rejects(
    (await current()).read(undefined, () => null),
    /given as an object/,
  );
});
