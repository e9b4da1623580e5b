import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupFiles } from '../../../src/platform/linux/cgroup-files.ts';
import { enterCgroup } from '../../../src/platform/linux/enter-cgroup.ts';
import { type ProbeTools, probeCgroup } from '../../../src/platform/linux/probe-cgroup.ts';
import { FakeCgroupfs, overriding } from './fake-cgroupfs.ts';
import { onCgroups, ownCgroup } from './real-cgroup.ts';

const FOLDER = '/cg/own/holdfast-1';

/** A tree where everything works, and what it was asked. */
function workingTools() {
  const files = new FakeCgroupfs('/cg', '/cg/own', [], [1]);
  const seen = { waits: 0, ended: 0 };
  const tools: ProbeTools = {
    files,
    enter: async folder => {
      files.write(`${folder}/cgroup.procs`, '99');
      return { ended: Promise.resolve('SIGKILL'), end: () => void seen.ended++ };
    },
    wait: async () => void seen.waits++,
  };
  return { files, seen, tools };
}

test('a cgroup that can be made, entered, killed and removed is one, and nothing is left of it', async () => {
  const { files, seen, tools } = workingTools();
  assert.equal(await probeCgroup(FOLDER, tools), null);
  assert.equal(files.has(FOLDER), false);
  assert.equal(seen.ended, 1);
});

type Change = (working: ReturnType<typeof workingTools>) => Partial<ProbeTools>;
const refusing =
  (path: string, code: string): Change =>
  ({ files }) => {
    files.refusals.set(path, code);
    return {};
  };

const failures: readonly (readonly [says: string, change: Change, why: RegExp])[] = [
  ['it may not be made', refusing(FOLDER, 'EACCES'), /cannot be made \(EACCES\)/],
  [
    'the kernel is old',
    ({ files }) => ({ files: overriding(files, { has: path => !path.endsWith('cgroup.kill') && files.has(path) }) }),
    /no cgroup\.kill .*5\.14/,
  ],
  [
    'it may not be entered',
    () => ({ enter: async () => ({ why: 'sh: cannot create: Permission denied' }) }),
    /cannot enter .*: sh: cannot create: Permission denied/,
  ],
  [
    'whoever enters is not in it',
    () => ({ enter: async () => ({ ended: Promise.resolve('SIGKILL'), end: () => undefined }) }),
    /does not notice the process/,
  ],
  [
    'the kill is refused',
    ({ files, tools }) => {
      files.refusals.set(`${FOLDER}/cgroup.kill`, 'EPERM');
      return {
        enter: async folder => {
          const entered = await tools.enter(folder);
          return { ...entered, end: () => files.nodes.get(folder)?.pids.clear() };
        },
      };
    },
    /cannot be killed/,
  ],
  [
    'the kill ends nobody',
    ({ tools }) => ({
      enter: async folder => ({ ...(await tools.enter(folder)), ended: new Promise(() => undefined) }),
    }),
    /did not end a process/,
  ],
];
for (const [says, change, why] of failures) {
  test(`a cgroup does not count where ${says}: that is said in words, and nothing is left`, async () => {
    const working = workingTools();
    const tools = { ...working.tools, ...change(working) };
    assert.match((await probeCgroup(FOLDER, tools)) ?? 'it counted', why);
    working.files.refusals.clear();
    assert.equal(working.files.has(FOLDER), false);
  });
}

test('a cgroup that stays populated is waited for, but not for ever', async () => {
  const { files, seen, tools } = workingTools();
  const stuck = overriding(files, { write: () => undefined });
  assert.match((await probeCgroup(FOLDER, { ...tools, files: stuck })) ?? '', /does not notice that it is empty/);
  assert.ok(seen.waits > 10 && seen.waits < 1_000);
});

test('this machine’s own is made, entered, killed and removed', onCgroups, async () => {
  const folder = `${ownCgroup}/holdfast-test-${randomUUID()}`;
  assert.equal(await probeCgroup(folder, { files: cgroupFiles, enter: enterCgroup, wait: sleep }), null);
  assert.equal(existsSync(folder), false);
});

test('a folder that is no cgroup is none, however well it can be made', onCgroups, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmdirSync(folder));
  const tools = { files: cgroupFiles, enter: enterCgroup, wait: sleep };
  assert.match((await probeCgroup(`${folder}/holdfast-1`, tools)) ?? 'it counted', /no cgroup\.kill/);
  assert.equal(existsSync(`${folder}/holdfast-1`), false);
});
