// Linux and macOS: a server begins behind a gate, as the leader of a session and process group of its own, and on Linux in a cgroup of
// its own where the system gives one.

import { access, constants, stat } from 'node:fs/promises';
import { weighSession } from './autogroup.ts';
import { type Containment, type StartSpec, spawnChild } from './child.ts';
import { startOf } from './identity.ts';
import type { Cgroup } from './linux/cgroup.ts';
import { CgroupGroup } from './linux/cgroup-group.ts';
import { pastCgroup } from './linux/sweep-cgroup.ts';
import { os } from './platform.ts';
import { type Gate, gateFor, isShellThere, openGate } from './posix/gate.ts';
import { PosixGroup } from './posix/group.ts';
import { applyPriority, niceOf } from './priority.ts';
import type { ProcessGroup } from './process-group.ts';

export const posixContainment: Containment = {
  async start(spec) {
    const gate = (await isShellThere()) ? gateFor(spec) : NO_SHELL;
    // A shell that cannot become the program tells it by its exit only.
    await mustBeProgram(spec.file);
    // What began already may have children elsewhere.
    const cgroup = gate.file === null ? null : ((await spec.cgroups?.make(spec.cookie, spec.limits)) ?? null);
    const { gate: pipe, ...child } = await spawned(spec, gate, cgroup);
    const group = groupOf(child.pid, spec, cgroup, gate.why);
    try {
      prioritise(child.pid, spec);
      await spec.onBorn(child.pid, group.kind === 'cgroup' ? (cgroup?.folder ?? null) : null);
    } catch (error) {
      // Nobody would know of it: it would wait at the gate as long as we live.
      group.signalNow('kill');
      await child.exited;
      group[Symbol.dispose]();
      for (const stream of [child.stdin, child.stdout, child.stderr, pipe]) stream?.destroy();
      throw error;
    }
    if (pipe !== null) openGate(pipe);
    return { ...child, group };
  },

  async restore({ pid, startedAt, cookie, folder }) {
    const isKnown = pid !== null && startedAt !== null && (await startOf(pid)) === startedAt;
    const session = new PosixGroup(pid ?? 0, cookie, { isKnown });
    const cgroup = folder === null ? null : pastCgroup(folder);
    return cgroup === null ? session : new CgroupGroup(cgroup, session);
  },
};

async function spawned(spec: StartSpec, gate: Gate, cgroup: Cgroup | null) {
  try {
    const command = gate.file === null ? spec : { ...spec, file: gate.file, args: gate.args };
    return await spawnChild(command, { detached: true }, gate.file !== null);
  } catch (error) {
    cgroup?.[Symbol.dispose]();
    throw error;
  }
}

/** Whoever waits at the gate is put into its cgroup. Where that is refused it starts all the same. */
function groupOf(
  pid: number,
  { cookie, cgroups, onNotice }: StartSpec,
  cgroup: Cgroup | null,
  whyNoGate: string | null,
): ProcessGroup {
  const whyNotIn = cgroup === null ? (whyNoGate ?? cgroups?.why ?? null) : cgroup.enter(pid);
  if (cgroup !== null && whyNotIn === null) {
    if (cgroup.why !== null) onNotice(`the system does not hold all its limits, they are watched: ${cgroup.why}`);
    return new CgroupGroup(cgroup, new PosixGroup(pid, cookie));
  }
  cgroup?.[Symbol.dispose]();
  return new PosixGroup(pid, cookie, { why: os === 'linux' ? whyNotIn : null });
}

/** @throws Error of the system */
async function mustBeProgram(file: string): Promise<void> {
  await access(file, constants.X_OK);
  if (!(await stat(file)).isDirectory()) return;
  throw Object.assign(new Error(`EISDIR: ${file} is a folder`), { code: 'EISDIR', syscall: 'spawn' });
}

const NO_SHELL = { file: null, why: 'there is no /bin/sh' } as const;

function prioritise(pid: number, { priority, onNotice }: StartSpec): void {
  const tell = (refusal: string | null) => {
    if (refusal !== null) onNotice(refusal);
  };
  const refusal = applyPriority(pid, priority);
  tell(refusal);
  const nice = niceOf(priority);
  // Who may not have the one may not have the other.
  if (os !== 'linux' || nice === null || refusal !== null) return;
  // The kernel may want to be asked again later; no start waits for that.
  void weighSession(pid, nice).then(why =>
    tell(why && `its session could not be given the weight of "${priority}": ${why}`),
  );
}
