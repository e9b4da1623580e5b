// Where our own cgroup of version 2 is in the file system, by /proc/self/mountinfo and /proc/self/cgroup. On a hybrid system version 2
// is mounted beside the hierarchies of version 1; in a container the mount may begin in the middle of the tree.

/** What to do where the manager may not make, or not divide, what is below its cgroup. */
export const OWN_SCOPE =
  'with systemd, "systemd-run --user --scope -p Delegate=yes holdfast up" gives it one of its own';

interface CgroupMount {
  /** The cgroup that the mount begins with, as /proc/self/cgroup would name it. */
  readonly root: string;
  /** Its folder. */
  readonly at: string;
}

/** The folder of our own cgroup, or why there is none to be seen. */
export type OwnCgroup = { readonly folder: string } | { readonly why: string };

export function findCgroup(mountinfo: string, cgroups: string): OwnCgroup {
  const mounts = cgroupMounts(mountinfo);
  if (mounts.length === 0) return { why: 'no cgroup2 file system is mounted' };
  const path = /^0::(\/.*)$/m.exec(cgroups)?.[1];
  if (path === undefined) return { why: 'the kernel names no cgroup of version 2 for us' };
  for (const { root, at } of mounts) {
    const below = pathBelow(root, path);
    if (below !== null) return { folder: below === '' ? at : join(at, below) };
  }
  return { why: `our cgroup ${path} is outside of what is mounted here` };
}

/** Every mount of version 2, the first of proc_pid_mountinfo(5) first. */
export function cgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap(line => {
    // The number of optional fields varies; a dash of its own ends them.
    const [fields = '', rest = ''] = line.split(' - ');
    const [, , , root, at] = fields.split(' ');
    return root === undefined || at === undefined || !rest.startsWith('cgroup2 ')
      ? []
      : [{ root: decode(root), at: decode(at) }];
  });
}

/** What is left of a path behind its beginning; null where it does not begin so. Both are absolute. */
function pathBelow(root: string, path: string): string | null {
  // `..`: above the root of our namespace, from where no names are told.
  if ([root, path].some(text => text.split('/').includes('..'))) return null;
  const [trunk = '', whole = ''] = [root, path].map(text => (text === '/' ? '' : text));
  return whole === trunk || whole.startsWith(`${trunk}/`) ? whole.slice(trunk.length) : null;
}

const join = (at: string, below: string): string => (at === '/' ? below : at + below);

/** Spaces, tabs, newlines and backslashes are written as three octal digits. */
const decode = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
