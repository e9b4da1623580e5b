import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { loadOtel, type OpenOtel } from '../../src/telemetry/load-otel.ts';

test('a package that is not there is told with what to install', async () => {
  const absent = 'holdfast-no-such-package';
  const load = async () => (await import(absent)) as { openTelemetry: OpenOtel };
  await assert.rejects(loadOtel(load), error => {
    assert.ok(error instanceof HoldfastError);
    assert.equal(error.code, 'RESOURCE_PACKAGE_MISSING');
    assert.match(error.hint, /npm install @opentelemetry\/api/);
    return true;
  });
});

test('any other failure is told as it is', async () => {
  const broken = new SyntaxError('unexpected token');
  await assert.rejects(
    loadOtel(() => Promise.reject(broken)),
    error => error === broken,
  );
});
