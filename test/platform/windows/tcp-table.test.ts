import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { openWin32, type Win32 } from '../../../src/platform/win32.ts';
import { tcpTable } from '../../../src/platform/windows/tcp-table.ts';

const { win32, why } = openWin32();

for (const host of ['127.0.0.1', '::1']) {
  test(`who listens on ${host} is found`, { skip: why ?? false }, async t => {
    assert.ok(win32 !== null);
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const rows = tcpTable(win32).filter(row => row.localPort === port);
    assert.deepEqual(rows, [{ state: 'listen', localPort: port, pid: process.pid }]);
  });
}

/** A table that grows between the question for its size and the one for it. */
function growing(growths: number): Pick<Win32, 'bind'> {
  let left = growths;
  const row = Buffer.alloc(24);
  row.writeUInt32LE(11, 0);
  row.writeUInt16BE(50_000, 8);
  const helper = {
    GetExtendedTcpTable(table: Buffer | null, size: Buffer, _: boolean, family: number) {
      const wanted = family === 2 ? 28 : 4;
      if (table === null || table.length < wanted || left-- > 0) {
        size.writeUInt32LE(wanted);
        return 122;
      }
      table.writeUInt32LE(family === 2 ? 1 : 0);
      if (family === 2) row.copy(table, 4);
      return 0;
    },
  };
  return { bind: () => helper } as unknown as Pick<Win32, 'bind'>;
}

test('a table that grew meanwhile is asked for again, but not for ever', () => {
  assert.deepEqual(tcpTable(growing(2)), [{ state: 'timeWait', localPort: 50_000, pid: 0 }]);
  assert.throws(() => tcpTable(growing(99)), /GetExtendedTcpTable failed/);
});
