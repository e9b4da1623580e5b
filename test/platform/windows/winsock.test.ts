import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { WinsockFailure } from '../../../src/platform/system-network.ts';
import { openWin32, type Win32 } from '../../../src/platform/win32.ts';
import { startWinsock } from '../../../src/platform/windows/winsock.ts';

/** A ws2_32.dll that records what is asked of it. */
function recorded(status: number) {
  const log: string[] = [];
  const name = Buffer.from('MSAFD Tcpip [TCP/IP]\0', 'utf16le');
  const ws2 = {
    WSAStartup(version: number, data: Buffer) {
      log.push(`start ${version.toString(16)}`);
      data.set([2, 2, 2, 2]);
      return status;
    },
    WSACleanup: () => log.push('cleanup') * 0,
    WSAEnumProtocolsW(_: null, protocols: Buffer | null, size: Buffer) {
      size.writeUInt32LE(2 * 628);
      if (protocols === null) return -1;
      for (const at of [0, 628]) name.copy(protocols, at + 116);
      return 2;
    },
  };
  return { log, win32: { bind: () => ws2 } as unknown as Pick<Win32, 'bind'> };
}

test('Winsock 2.2 is asked for, the catalogue read, and one cleanup made for one start', () => {
  const { log, win32 } = recorded(0);
  const token = startWinsock(win32);
  const provider = 'MSAFD Tcpip [TCP/IP]';
  assert.deepEqual([token.version, token.highest, token.providers], ['2.2', '2.2', [provider, provider]]);
  token[Symbol.dispose]();
  token[Symbol.dispose]();
  assert.deepEqual(log, ['start 202', 'cleanup']);
});

test('a start that failed is not cleaned up after', () => {
  const { log, win32 } = recorded(10_106);
  assert.throws(
    () => startWinsock(win32),
    (error: unknown) => error instanceof WinsockFailure && error.status === 10_106,
  );
  assert.deepEqual(log, ['start 202']);
});

const { win32, why } = openWin32();
test('on this Windows it starts, has providers, and leaves the sockets of Node alone', {
  skip: why ?? false,
}, async () => {
  assert.ok(win32 !== null);
  const token = startWinsock(win32);
  assert.equal(token.version, '2.2');
  assert.ok(
    token.providers.some(name => /tcp/i.test(name)),
    token.providers.join(),
  );
  token[Symbol.dispose]();
  token[Symbol.dispose]();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
