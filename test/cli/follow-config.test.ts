import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { followConfig, redactorOf } from '../../src/cli/follow-config.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { createManager } from '../../src/manager.ts';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';

/** A file that is followed, through a link where there are links. */
async function followed(t: TestContext, error: Error | null, loadedAt = '2100-01-01T00:00:00Z') {
  const { folder } = await withNothingLeft(t);
  const real = join(folder, 'real.json');
  writeFileSync(real, '1');
  const file = os === 'windows' ? real : join(folder, 'link.json');
  if (file !== real) symlinkSync(real, file);
  let reads = 0;
  const failures: unknown[] = [];
  const reload = () => {
    reads++;
    return error === null ? new Promise<never>(() => {}) : Promise.reject(error);
  };
  const none = { file, problems: [], warnings: [], pending: [], needsRestart: [] };
  const manager = { reload, configuration: () => ({ ...none, loadedAt }) };
  const following = followConfig(manager, file, failure => failures.push(failure));
  t.after(() => following[Symbol.dispose]());
  const isRead = (times: number) => eventually(() => reads >= times, { what: `read ${times} times` });
  return { folder, real, failures, isRead, reads: () => reads };
}

test('what is written, put in its place or removed is read, and mistakes end nothing', async t => {
  const { folder, real, failures, isRead, reads } = await followed(t, new ConfigError([]));
  writeFileSync(real, '22');
  await isRead(1);
  mkdirSync(join(folder, 'x'));
  writeFileSync(join(folder, 'x', 'new'), '333');
  renameSync(join(folder, 'x', 'new'), real);
  await isRead(2);
  rmSync(real);
  await isRead(3);
  writeFileSync(real, '4444');
  await isRead(4);
  assert.deepEqual([failures, reads()], [[], 4]);
});

test('what had changed before it was followed is read, and what nobody foresaw is told', async t => {
  const { failures } = await followed(t, new RangeError('odd'), '2000-01-01T00:00:00Z');
  await eventually(() => failures.length === 1, { what: 'the failure' });
  assert.match(String(failures[0]), /odd/);
});

test('what is written while the change before is still on its way is read, too', async t => {
  const { real, isRead } = await followed(t, null);
  writeFileSync(real, '22');
  await isRead(1);
  writeFileSync(real, '333');
  await isRead(2);
});

test('secrets of a configuration that comes later are taken out of texts, too', async () => {
  const of = (key: string) => ({ mcpServers: { a: { command: 'x', env: { KEY: key } } } });
  const manager = await createManager({ config: of('first-secret'), cwd: '/' });
  const redact = redactorOf(manager);
  await manager.reload(of('second-secret'));
  assert.doesNotMatch(redact('first-secret second-secret'), /secret/);
  await manager.close();
});
