import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketWatch } from '../../src/network/socket-watch.ts';
import { noSystemNetwork, type TcpRow } from '../../src/platform/system-network.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';

function watched() {
  const told: NewEvent[] = [];
  let rows: TcpRow[] = [];
  const system = { ...noSystemNetwork, tcpTable: () => rows, ephemeralPorts: () => [1_000, 1_099] as const };
  const watch = new SocketWatch('windows', system, event => told.push(event));
  const look = async (closeWait: number, more: TcpRow[] = [], incarnation = 1) => {
    told.length = 0;
    const leaks = [...Array(closeWait).keys()].map(
      index => ({ state: 'closeWait', localPort: index + 1, pid: 7 }) as const,
    );
    rows = [...leaks, ...more];
    await watch.look({ server: 'files', instance: 1, incarnation }, [7]);
    return told.map(({ type, ...rest }) => [type, rest] as const);
  };
  return { watch, look };
}

const of = { server: 'files', instance: 1, incarnation: 1, listening: 0 };

test('a server whose sockets in CLOSE_WAIT grow is named, and a new life starts anew', async () => {
  const { look } = watched();
  await look(5);
  assert.deepEqual(await look(10), [['network.sockets', { ...of, open: 10, closeWait: 10, isLeak: false }]]);
  assert.deepEqual(await look(15), [['network.sockets', { ...of, open: 15, closeWait: 15, isLeak: true }]]);
  const told = await look(20, [], 2);
  assert.deepEqual(told, [['network.sockets', { ...of, incarnation: 2, open: 20, closeWait: 20, isLeak: false }]]);
});

test('ports are told when they become scarce, and when they no longer are', async () => {
  const { watch, look } = watched();
  const busy = (count: number) =>
    [...Array(count).keys()].map(index => ({ state: 'timeWait', localPort: 1_000 + index, pid: 0 }) as const);
  const types = async (count: number) => (await look(0, busy(count))).map(([type]) => type);
  assert.deepEqual(await types(10), ['network.sockets']);
  assert.deepEqual(await look(0, busy(95)), [
    ['network.sockets', { ...of, open: 0, closeWait: 0, isLeak: false }],
    ['network.ports', { used: 95, of: 100, timeWait: 95, verdict: 'alarm' }],
  ]);
  assert.deepEqual(await types(96), ['network.sockets']);
  assert.deepEqual(await types(20), ['network.sockets', 'network.ports']);
  assert.equal(watch.ports?.verdict, 'ok');
});
