import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { openWin32 } from '../../../src/platform/win32.ts';
import { systemCertificates } from '../../../src/platform/windows/certificates.ts';

const { win32, why } = openWin32();

test('the authorities of the system are read, each a whole certificate', { skip: why ?? false }, () => {
  assert.ok(win32 !== null);
  const found = systemCertificates(win32);
  assert.ok(found.length > 10, `${found.length}`);
  for (const der of found) assert.equal(new X509Certificate(der).raw.equals(der), true);
});
