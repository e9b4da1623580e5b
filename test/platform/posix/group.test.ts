import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { PosixGroup } from '../../../src/platform/posix/group.ts';

test('by no number is our own group signalled, or everybody', {
  skip: os === 'windows' && 'groups are of POSIX',
}, async t => {
  // Nothing is sent in any case: a mistake here would end the machine.
  const kill = t.mock.method(process, 'kill', () => true);
  for (const leader of [0, 1, -1]) {
    const group = new PosixGroup(leader, 'a-cookie-that-nobody-has');
    await group.terminate();
    await group.kill();
    group.signalNow('terminate');
    group.signalNow('kill');
    assert.deepEqual(await group.members(), []);
  }
  assert.deepEqual(
    kill.mock.calls.map(({ arguments: sent }) => sent),
    [],
  );
});
