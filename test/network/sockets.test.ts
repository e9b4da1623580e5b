import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { readSockets } from '../../src/network/sockets.ts';
import { openNetwork } from '../../src/platform/native-network.ts';
import { os } from '../../src/platform/platform.ts';
import { noSystemNetwork } from '../../src/platform/system-network.ts';

test('our own sockets are found, with their state and owner', async t => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const [accepted] = (await once(server, 'connection')) as [ReturnType<typeof connect>];
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  const reading = await readSockets(os, [process.pid], openNetwork());
  if (os === 'macos') return assert.equal(reading, null);
  const own = reading?.rows.filter(row => row.pid === process.pid) ?? [];
  assert.ok(own.some(row => row.state === 'listen' && row.localPort === port));
  assert.ok(own.some(row => row.state === 'established' && row.localPort === client.localPort));
  assert.ok(Number(reading?.range[0]) > 1_023 && Number(reading?.range[1]) <= 65_535);
  // The accepted side hangs up; ours does not.
  accepted.end();
  client.resume();
  await once(client, 'end');
  const after = await readSockets(os, [process.pid], openNetwork());
  assert.ok(after?.rows.some(row => row.state === 'closeWait' && row.localPort === client.localPort));
});

test('a process that is gone has no sockets, and a system that does not tell gives null', async () => {
  if (os === 'linux') {
    const reading = await readSockets('linux', [2 ** 22 + 1], noSystemNetwork);
    assert.equal(
      reading?.rows.every(row => row.pid === 0),
      true,
    );
  }
  assert.equal(await readSockets('macos', [1], noSystemNetwork), null);
});
