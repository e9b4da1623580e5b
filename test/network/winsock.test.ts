import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainWinsock, startWinsock } from '../../src/network/winsock.ts';
import { noSystemNetwork, WinsockFailure } from '../../src/platform/system-network.ts';

test('a started Winsock is given back exactly once', () => {
  let balance = 0;
  const winsock = startWinsock({
    startWinsock() {
      balance++;
      return { version: '2.2', highest: '2.2', providers: ['TCP/IP'], [Symbol.dispose]: () => void balance-- };
    },
  });
  assert.deepEqual(winsock.state, { state: 'started', version: '2.2', highest: '2.2', providers: ['TCP/IP'] });
  assert.equal(balance, 1);
  winsock[Symbol.dispose]();
  winsock[Symbol.dispose]();
  assert.equal(balance, 0);
});

test('where there is none it is not applicable', () => {
  const winsock = startWinsock(noSystemNetwork);
  assert.deepEqual(winsock.state, { state: 'not applicable' });
  winsock[Symbol.dispose]();
});

test('a failure is explained and does not throw; a mistake of ours does', () => {
  const failing = (error: Error) => ({
    startWinsock() {
      throw error;
    },
  });
  const { state } = startWinsock(failing(new WinsockFailure(10_106)));
  assert.ok(state.state === 'failed' && state.status === 10_106 && state.reason.includes('SystemRoot'));
  assert.throws(() => startWinsock(failing(new TypeError('x'))), TypeError);
  assert.match(explainWinsock(10_091), /not ready/);
  assert.equal(explainWinsock(12_345), 'Winsock error 12345');
});
