import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, serve } from './endpoint.ts';

test('/metrics is what the manager gives, in the form that it says', async t => {
  const metrics = async () => ({ text: '1\n', contentType: 'text/plain; version=0.0.4' });
  const { endpoint } = await serve(t, { metrics });
  const reply = await ask(endpoint.port, { path: '/metrics', method: 'GET' });
  assert.deepEqual([reply.status, reply.text], [200, '1\n']);
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4');
});

test('metrics that cannot be had are an error that says so, not a page of another program', async t => {
  const { endpoint } = await serve(t, { metrics: () => Promise.reject(new Error('out of descriptors')) });
  const { status, messages } = await ask(endpoint.port, { path: '/metrics', method: 'GET' });
  assert.equal(status, 500);
  assert.equal(messages[0]?.error?.data?.code, 'PROCESS_INTERNAL');
});
