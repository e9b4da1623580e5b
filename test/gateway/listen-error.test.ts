import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenError } from '../../src/gateway/listen-error.ts';
import { serve } from './endpoint.ts';

const cases = [
  ['EADDRINUSE', 'RESOURCE_PORT_TAKEN', /end the program that holds it/],
  ['ENOTFOUND', 'RESOURCE_ADDRESS', /address of this machine with --host/],
  ['EADDRNOTAVAIL', 'RESOURCE_ADDRESS', /address of this machine with --host/],
  ['EACCES', 'RESOURCE_ADDRESS', /below 1024.*--port/],
] as const;
for (const [errno, code, hint] of cases) {
  test(`${errno} is told as ${code}`, () => {
    const error = listenError({ host: 'a.example', port: 80 }, Object.assign(new Error('listen'), { code: errno }));
    assert.equal(error.code, code);
    assert.match(error.hint, hint);
    assert.match(error.message, /80.*a\.example|a\.example.*80/);
  });
}

test('an address that is none of this machine is no taken port', async t => {
  await assert.rejects(serve(t, { limits: { host: '192.0.2.1' } }), { code: 'RESOURCE_ADDRESS' });
});
