import { randomUUID } from 'node:crypto';
import type { Child, StartSpec } from '../../src/platform/child.ts';
import { posixContainment } from '../../src/platform/posix.ts';

/** Starts a process behind a gate that enters the cgroup first, as servers are started. */
export function startIn(folder: string, spec: StartSpec): Promise<Child> {
  const gate = ['-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', folder, spec.file, ...spec.args];
  // A cookie of its own: tests that run beside this one have theirs.
  return posixContainment.start({ ...spec, file: '/bin/sh', args: gate, cookie: randomUUID() });
}
