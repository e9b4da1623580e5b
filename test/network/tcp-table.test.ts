import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isLeak,
  parsePortRange,
  parseProcNet,
  portFigures,
  socketFigures,
  socketInode,
} from '../../src/network/tcp-table.ts';
import type { TcpRow, TcpState } from '../../src/platform/system-network.ts';

const V4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:8002 0100007F:1F90 08 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:8003 0100007F:1F90 06 00000000:00000000 03:00000FA0 00000000     0        0 0 3 0000000000000000
`;
const V6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:EA60 00000000000000000000000001000000:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0000000000000000 20 4 30 10 -1
`;

test('the tables of the kernel are read, for both families', () => {
  assert.deepEqual(parseProcNet(V4), [
    { state: 'listen', localPort: 8080, inode: 111 },
    { state: 'closeWait', localPort: 32_770, inode: 222 },
    { state: 'timeWait', localPort: 32_771, inode: 0 },
  ]);
  assert.deepEqual(parseProcNet(V6), [{ state: 'established', localPort: 60_000, inode: 333 }]);
  assert.deepEqual(parseProcNet(''), []);
});

test('the range of ports and the inodes of sockets are read', () => {
  assert.deepEqual(parsePortRange('32768\t60999\n'), [32_768, 60_999]);
  assert.equal(parsePortRange('gone'), null);
  assert.equal(socketInode('socket:[222]'), 222);
  assert.equal(socketInode('/dev/null'), null);
});

const row = (state: TcpState, localPort: number, pid = 0): TcpRow => ({ state, localPort, pid });

test('what a server holds is counted by its processes', () => {
  const rows = [row('listen', 80, 7), row('closeWait', 1, 7), row('established', 2, 8), row('established', 3, 9)];
  assert.deepEqual(socketFigures(rows, new Set([7, 8])), { open: 2, closeWait: 1, listening: 1 });
});

test('the use of the range is 70 % a warning and 90 % an alarm; listening and other ports do not count', () => {
  const verdict = (used: number) => {
    const rows = [...Array(used).keys()].map(index => row('timeWait', 1_000 + index));
    return portFigures([...rows, ...rows, row('listen', 1_099), row('established', 80)], [1_000, 1_099]);
  };
  assert.deepEqual(verdict(69), { used: 69, of: 100, timeWait: 138, verdict: 'ok' });
  assert.equal(verdict(70).verdict, 'warning');
  assert.equal(verdict(89).verdict, 'warning');
  assert.equal(verdict(90).verdict, 'alarm');
});

test('a leak is what has grown at each of three checks, and is not a handful', () => {
  assert.equal(isLeak([1, 6, 11]), true);
  assert.equal(isLeak([50, 1, 6, 11]), true);
  assert.equal(isLeak([11, 12]), false);
  assert.equal(isLeak([1, 2, 3]), false);
  assert.equal(isLeak([10, 20, 20]), false);
});
