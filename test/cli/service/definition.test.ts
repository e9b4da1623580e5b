import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServiceFacts, serviceOf } from '../../../src/cli/service/definition.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

const servers = (...stops: readonly { drainMs: number; graceMs: number }[]): ServiceFacts['config'] =>
  ({ servers: stops.map(stop => ({ options: { stop } })) }) as unknown as ServiceFacts['config'];

const facts: ServiceFacts = {
  configFile: '/home/ada/My Work/holdfast.json',
  stateDir: '/state/1',
  config: servers(),
  node: '/usr/bin/node',
  main: '/opt/main.js',
  path: null,
};

test('it is named after the folder of the configuration, and told from others by its state folder', () => {
  const { name, args } = serviceOf(facts);
  assert.match(name, /^holdfast-my-work-[0-9a-f]{8}$/);
  assert.notEqual(serviceOf({ ...facts, stateDir: '/state/2' }).name, name);
  assert.match(
    serviceOf({ ...facts, configFile: '/home/ada/.config/holdfast/holdfast.json' }).name,
    /^holdfast-[0-9a-f]{8}$/,
  );
  assert.match(serviceOf({ ...facts, configFile: '/日本/holdfast.json' }).name, /^holdfast-[0-9a-f]{8}$/);
  assert.deepEqual(args, ['/opt/main.js', 'up', '--config', facts.configFile, '--state-dir', '/state/1']);
});

test('the system waits as long as the servers may take, one after the other', () => {
  const stop = { drainMs: 20_000, graceMs: 100 };
  assert.equal(serviceOf({ ...facts, config: servers({ drainMs: 2_000, graceMs: 100 }) }).stopSeconds, 30);
  assert.equal(serviceOf({ ...facts, config: servers(stop, stop) }).stopSeconds, 51);
});

test('what no file of a service can name is refused before anything is written', () => {
  for (const changes of [{ configFile: '/a\nb/holdfast.json' }, { node: '/a\u0000' }, { path: '/a\r:/b' }])
    assert.throws(() => serviceOf({ ...facts, ...changes }), UsageError);
});
