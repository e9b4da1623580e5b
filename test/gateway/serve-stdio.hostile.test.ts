import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { serveStdio } from '../../src/gateway/serve-stdio.ts';
import { singleBackend } from '../../src/gateway/single.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeServer } from './fake-server.ts';
import { META } from './modern-stage.ts';

const METHODS = [
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'tools/list',
  'tools/call',
  'vendor/x',
];
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

/** Of either era, or of none; the last number is the distance to an earlier request that is cancelled. */
const step = fc.tuple(
  fc.constantFrom(...METHODS),
  fc.constantFrom('2026-07-28', '2026-07-28', 'v9', null, undefined),
  fc.constantFrom({}, { roots: {} }, null),
  fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, fc.jsonValue()),
  fc.option(fc.nat(5)),
);

test('whatever a client sends, in whatever era, each request is answered once, or given up by its client', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
    const output = new PassThrough();
    const said: { id?: unknown; method?: unknown }[] = [];
    output.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) said.push(JSON.parse(line) as (typeof said)[number]);
    });
    const client = serveStdio({
      backend: singleBackend(new FakeServer('one').heard({ tools: { listChanged: true } })),
      clock: new FakeClock(),
      input: new PassThrough(),
      output,
      maxLineBytes: 1_000_000,
      explain: error => rpcErrorOf(error, line => line),
      notice: text => assert.fail(text),
      onGone: () => undefined,
    });
    const say = (message: object) => client.line(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
    const cancelled = new Set<number>();
    steps.forEach(([method, version, capabilities, more, back], id) => {
      const _meta = version === undefined ? {} : { [`${META}protocolVersion`]: version };
      const all = { ...INITIALIZE, notifications: { toolsListChanged: true }, name: 'x', more };
      say({ id, method, params: { ...all, _meta: { ..._meta, [`${META}clientCapabilities`]: capabilities } } });
      if (back === null || back > id) return;
      cancelled.add(id - back);
      say({ method: 'notifications/cancelled', params: { requestId: id - back } });
    });
    await client.answered();
    client.close();
    await new Promise(setImmediate);
    for (const id of steps.keys()) {
      const count = said.filter(message => message.id === id && message.method === undefined).length;
      if (cancelled.has(id)) assert.ok(count <= 1, `${id} was answered ${count} times`);
      else assert.equal(count, 1, `answers to ${id}: ${JSON.stringify(steps[id])}`);
    }
  });
  await fc.assert(property, { numRuns: 200 });
});
