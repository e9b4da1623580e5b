import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HoldfastEvent } from '../src/telemetry/events.ts';
import { SupervisedStdioTransport } from '../src/transport.ts';
import { eventually } from './support/eventually.ts';
import { fixture } from './support/fixture.ts';
import { withNothingLeft } from './support/leak-check.ts';
import { quick } from './support/managed.ts';
import { sdkClients } from './support/sdk-clients.ts';

test('a server behind the SDK has its network settings, debug lines as events, and its own words on stderr', async t => {
  const { env, later } = await withNothingLeft(t);
  const events: HoldfastEvent[] = [];
  const transport = new SupervisedStdioTransport({
    ...fixture('calls-out'),
    env,
    stderr: 'pipe',
    holdfast: { ...quick, network: { debug: true, threadPoolSize: 6 } },
    onEvent: event => events.push(event),
  });
  later(() => transport.close());
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [, create] = sdkClients[0] ?? assert.fail('there are clients');
  const client = create();
  await client.connect(transport);
  assert.equal(await client.call('variable', { name: 'UV_THREADPOOL_SIZE' }), '6');
  assert.equal(await client.call('request', { secret: 'very-secret' }), 'asked');
  await eventually(() => stderr.includes('my own words'), { what: 'its own words' });
  assert.equal(stderr, 'my own words\n');
  assert.ok(events.some(event => event.type === 'network.operation' && event.line.includes('api_key=[redacted]')));
  assert.equal(JSON.stringify(events).includes('very-secret'), false);
});
