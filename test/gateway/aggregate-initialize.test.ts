import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregateInitialize } from '../../src/gateway/aggregate-initialize.ts';
import { FakeServer } from './fake-server.ts';

const info = { name: 'holdfast', version: '1' };
const everything = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};
const said = (name: string, capabilities: Record<string, unknown> | null, instructions?: string) => {
  const server = new FakeServer(name);
  if (capabilities !== null) server.heard(capabilities);
  if (instructions !== undefined) server.instructs(instructions);
  return { server: name, handshake: server.handshake };
};
const capabilities = (...all: ReturnType<typeof said>[]): unknown =>
  (JSON.parse(aggregateInitialize(all, info)) as { capabilities: unknown }).capabilities;

test('the capabilities are what any of the servers has', () => {
  assert.deepEqual(
    capabilities(said('a', { tools: {} }), said('b', { logging: {}, resources: { listChanged: true } })),
    {
      tools: { listChanged: true },
      resources: { listChanged: true },
      logging: {},
    },
  );
  assert.deepEqual(capabilities(said('a', { resources: {} }), said('b', { resources: { subscribe: true } })), {
    resources: { subscribe: true, listChanged: true },
  });
});

test('while a server was never heard, everything is promised', () => {
  assert.deepEqual(capabilities(said('a', { tools: {} }), said('b', null)), everything);
  assert.deepEqual(capabilities(), everything);
});

test('what only one server can mean is promised of a single server alone', () => {
  const own = { tools: {}, tasks: { list: {} }, experimental: { x: {} } };
  assert.deepEqual(capabilities(said('a', own)), { ...own, tools: { listChanged: true } });
  assert.deepEqual(capabilities(said('a', own), said('b', {})), { tools: { listChanged: true } });
});

test('it is Holdfast that introduces itself, in the newest revision', () => {
  const result = JSON.parse(aggregateInitialize([said('a', {})], info)) as Record<string, unknown>;
  assert.deepEqual(result, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: info });
});

test("each server's instructions come under its name, none too long", () => {
  const all = [said('a', {}, ' Read first. '), said('b', {}, '  '), said('c', {}, 'x'.repeat(10_000)), said('d', null)];
  const { instructions } = JSON.parse(aggregateInitialize(all, info)) as { instructions: string };
  assert.match(instructions, /SERVER__NAME\.\n\n# a\n\nRead first\.\n\n# c\n\nx{4000}…$/);
  const many = Array.from({ length: 20 }, (_, i) => said(`s${i}`, {}, 'y'.repeat(3_000)));
  const long = (JSON.parse(aggregateInitialize(many, info)) as { instructions: string }).instructions;
  assert.equal(long.length, 16_001);
});
