import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupMounts, findCgroup } from '../../../src/platform/linux/find-cgroup.ts';

const PURE = `22 27 0:21 / /proc rw,nosuid shared:12 - proc proc rw
30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`;
const HYBRID = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:1 master:2 - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const OLD = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n';
const mountOf = (root: string, at = '/sys/fs/cgroup') => `30 23 0:26 ${root} ${at} ro,relatime - cgroup2 cgroup2 ro\n`;

const cases: readonly (readonly [says: string, mountinfo: string, cgroups: string, folder: string | RegExp])[] = [
  [
    'version 2 alone',
    PURE,
    '0::/user.slice/user-1000.slice/session-3.scope\n',
    '/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope',
  ],
  ['a hybrid system, in the root', HYBRID, '4:memory:/a\n0::/\n', '/sys/fs/cgroup/unified'],
  ['a container with a namespace of its own', mountOf('/'), '0::/\n', '/sys/fs/cgroup'],
  ['a container in the namespace of the host', mountOf('/docker/1f'), '0::/docker/1f/a\n', '/sys/fs/cgroup/a'],
  ['the very cgroup that is mounted', mountOf('/docker/1f'), '0::/docker/1f\n', '/sys/fs/cgroup'],
  ['the second of two mounts', mountOf('/other', '/mnt') + mountOf('/'), '0::/a\n', '/sys/fs/cgroup/a'],
  ['a folder with a space', mountOf('/', '/my\\040cgroups'), '0::/a b\n', '/my cgroups/a b'],
  ['a mount from above our namespace', mountOf('/../..'), '0::/\n', /outside of what is mounted/],
  ['a process from above our namespace', mountOf('/'), '0::/../b\n', /outside of what is mounted/],
  ['a cgroup whose name only begins alike', mountOf('/docker/1f'), '0::/docker/1f2\n', /outside of what is mounted/],
  ['version 1 alone', OLD, '4:memory:/\n', /no cgroup2 file system/],
  ['a kernel that names none', PURE, '4:memory:/\n', /names no cgroup of version 2/],
  ['nothing at all', '', '', /no cgroup2 file system/],
];
for (const [says, mountinfo, cgroups, expected] of cases) {
  test(`our own cgroup is found, or missed with a reason: ${says}`, () => {
    const own = findCgroup(mountinfo, cgroups);
    if (typeof expected === 'string') assert.deepEqual(own, { folder: expected });
    else assert.match('why' in own ? own.why : own.folder, expected);
  });
}

test('mounts of other kinds are none, also where the word stands elsewhere in the line', () => {
  assert.deepEqual(cgroupMounts('30 23 0:26 / /cgroup2 rw - tmpfs cgroup2 rw\n'), []);
  assert.equal(cgroupMounts(HYBRID).length, 1);
});
