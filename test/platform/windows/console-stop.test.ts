import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askByConsole } from '../../../src/platform/windows/console-stop.ts';
import { windowsContainment } from '../../../src/platform/windows/containment.ts';
import { ending, nextJson, nodeSpec } from '../../support/contained.ts';
import { onWindows } from './native.ts';

test('a server that is asked hears Ctrl-C, and may end as it likes', onWindows, async t => {
  const script = `process.on('SIGINT', () => process.exit(9)); console.log(1); setInterval(() => {}, 60_000);`;
  const child = ending(t, await windowsContainment.start(nodeSpec(script)));
  await nextJson(child);
  // Its helper has a second; on a busy machine that may not do.
  for (let tries = 1; tries <= 5 && !child.hasExited(); tries++) {
    await child.group.terminate();
    await Promise.race([child.exited, new Promise(resolve => setTimeout(resolve, 500))]);
  }
  assert.deepEqual(await child.exited, { code: 9, signal: null });
});

test('we do not hear it ourselves, and who has gone is not asked', onWindows, async t => {
  let heard = 0;
  const listener = () => void heard++;
  process.on('SIGINT', listener);
  t.after(() => process.off('SIGINT', listener));
  const child = ending(t, await windowsContainment.start(nodeSpec('console.log(1); setInterval(() => {}, 60_000);')));
  await nextJson(child);
  await child.group.terminate();
  await child.group.kill();
  await child.exited;
  await askByConsole(child.pid);
  assert.equal(heard, 0);
});
