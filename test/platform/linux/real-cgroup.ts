// What this machine gives, found out without the code under test: else a broken probe would skip every test about it.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { Cgroups } from '../../../src/platform/linux/cgroups.ts';
import { os } from '../../../src/platform/platform.ts';
import { eventually } from '../../support/eventually.ts';

/** The folder of our own cgroup, where a process may be put into one made below it. */
export const ownCgroup: string | null = os === 'linux' ? find() : null;

export const onCgroups = { skip: ownCgroup === null && 'this machine lets nobody make a cgroup here' };

function find(): string | null {
  const path = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const mount = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(at => existsSync(`${at}/cgroup.subtree_control`));
  if (path === undefined || mount === undefined) return null;
  const own = `${mount}${path}`.replace(/\/$/, '');
  const trial = `${own}/trial-${randomUUID()}`;
  const script = 'mkdir "$1" && test -e "$1/cgroup.kill" && (echo 0 > "$1/cgroup.procs")';
  const { status } = spawnSync('/bin/sh', ['-c', script, 'sh', trial], { stdio: 'ignore' });
  if (existsSync(trial)) rmdirSync(trial);
  return status === 0 ? own : null;
}

/** A manager's cgroups. After the test whoever is in them is killed, and they must be gone. */
export function cgroupsFor(t: TestContext, id = `test-${randomUUID()}`): Cgroups {
  const cgroups = new Cgroups(id);
  const folder = `${ownCgroup}/holdfast-${id}`;
  t.after(async () => {
    if (existsSync(folder)) writeFileSync(`${folder}/cgroup.kill`, '1');
    const isGone = () => {
      cgroups[Symbol.dispose]();
      return !existsSync(folder);
    };
    await eventually(isGone, { what: `${folder} to be gone` });
  });
  return cgroups;
}
