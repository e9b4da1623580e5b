import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openNetwork } from '../../src/platform/native-network.ts';
import { noSystemNetwork } from '../../src/platform/system-network.ts';
import { openWin32 } from '../../src/platform/win32.ts';

test('where there are no native calls, nothing is told', () => {
  const network = openNetwork();
  if (openWin32().win32 === null) return assert.equal(network, noSystemNetwork);
  assert.deepEqual(network.ephemeralPorts(), [49_152, 65_535]);
});
