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

test('those that are asked at the same moment are asked by one helper, each on its own console', onWindows, async t => {
  const script = `process.on('SIGINT', () => process.exit(9)); console.log(1); setInterval(() => {}, 60_000);`;
  const starts = Array.from({ length: 3 }, () => windowsContainment.start(nodeSpec(script)));
  const children = (await Promise.all(starts)).map(child => ending(t, child));
  await Promise.all(children.map(nextJson));
  const [heard, alsoHeard, left] = children;
  const helpers = () => process.getActiveResourcesInfo().filter(kind => kind === 'ProcessWrap').length;
  for (let tries = 1; tries <= 5 && !(heard?.hasExited() && alsoHeard?.hasExited()); tries++) {
    const asking = Promise.all([heard?.group.terminate(), alsoHeard?.group.terminate()]);
    // The helper is started in the turn after this one.
    for (let turn = 1; turn <= 2; turn++) await new Promise(resolve => setImmediate(resolve));
    assert.equal(helpers(), 1);
    await asking;
    await Promise.race([
      Promise.all([heard?.exited, alsoHeard?.exited]),
      new Promise(resolve => setTimeout(resolve, 500)),
    ]);
  }
  assert.deepEqual([(await heard?.exited)?.code, (await alsoHeard?.exited)?.code], [9, 9]);
  assert.equal(left?.hasExited(), false, 'who was not asked goes on');
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
