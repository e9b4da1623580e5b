import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SupervisedStdioTransport } from '../src/transport.ts';
import { eventually } from './support/eventually.ts';
import { fixture } from './support/fixture.ts';
import { withNothingLeft } from './support/leak-check.ts';
import { quick } from './support/managed.ts';
import { sdkClients } from './support/sdk-clients.ts';

for (const [sdk, create] of sdkClients) {
  test(`${sdk}: a server that speaks the stateless protocol alone is like any other`, async t => {
    const sandbox = await withNothingLeft(t);
    const options = { ...fixture('modern-only'), env: { ...sandbox.env }, stderr: 'ignore', holdfast: quick } as const;
    const transport = new SupervisedStdioTransport(options);
    sandbox.later(() => transport.close());
    const client = create();
    await client.connect(transport);
    assert.equal(client.serverName(), 'modern');
    assert.equal(transport.status().protocolVersion, '2026-07-28');
    assert.equal(await client.call('greet'), 'Hello, Ada Ada');
    await client.setLogLevel('debug');
    assert.equal(await client.call('logs'), 'debug');
    await client.call('more');
    await eventually(() => client.heard.includes('tools changed'), { what: 'the news' });
    assert.ok((await client.tools()).includes('extra'));
  });
}
