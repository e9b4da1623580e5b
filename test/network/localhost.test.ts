import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { localAddressOf } from '../../src/network/localhost.ts';

async function listening(t: TestContext, host: string, port = 0) {
  const server = createServer(socket => socket.destroy()).listen(port, host);
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  t.after(close);
  return { port: (server.address() as AddressInfo).port, close };
}

test('127.0.0.1 goes first, ::1 is found where only that answers, and the winner is remembered', async t => {
  const { port, close } = await listening(t, '::1');
  assert.equal(await localAddressOf(port), '::1');
  const other = await listening(t, '127.0.0.1', port);
  assert.equal(await localAddressOf(port), '::1');
  await close();
  assert.equal(await localAddressOf(port), '127.0.0.1');
  await other.close();
  assert.equal(await localAddressOf(port), null);
  await listening(t, '::1', port);
  await listening(t, '127.0.0.1', port);
  assert.equal(await localAddressOf(port), '127.0.0.1');
});
