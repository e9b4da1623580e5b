import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import { Offer } from '../../src/gateway/offer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, callOptions, FakeClient, FakeServer, profile, read } from './fake-server.ts';

const config = (servers: Record<string, object>) =>
  configFromObject(
    {
      mcpServers: Object.fromEntries(
        Object.entries(servers).map(([name, holdfast]) => [name, { command: 'x', holdfast }]),
      ),
    },
    { env: {}, cwd: '/', home: '/' },
  );

test('a name keeps its backend while it is configured, and a limit counts from the next call on', async () => {
  const clock = new FakeClock();
  const deadlines: number[] = [];
  const server = new FakeServer('one').heard({ tools: {} });
  const offer = new Offer({
    config: config({ one: { callTimeoutMs: 1_000 }, two: {} }),
    version: '1',
    clock,
    attach: (_name, ...client) => {
      const attachment = server.attach(...client);
      const request: typeof attachment.request = (message, options) => {
        deadlines.push(options.deadline - clock.now());
        return attachment.request(message, options);
      };
      return Object.assign(Object.create(attachment), { request });
    },
    isStopped: () => false,
    hasFailed: () => false,
    notice: () => assert.fail('nothing to say'),
  });
  const one = offer.backendFor('one');
  const session = one?.open(profile, new FakeClient());
  const call = async () => read((await session?.request(ask('x/y'), callOptions)) ?? '');
  await call();
  offer.update(config({ three: {}, one: { callTimeoutMs: 5 } }));
  await call();
  assert.deepEqual(deadlines, [1_000, 5]);
  assert.equal(offer.backendFor('one'), one);
  assert.deepEqual([offer.backendFor('two'), offer.names], [null, ['three', 'one']]);
});
