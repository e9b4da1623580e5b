// cgroupfs as far as our code relies on it, in memory, with the kernel's refusals.
import { basename, dirname } from 'node:path/posix';
import type { CgroupFiles } from '../../../src/platform/linux/cgroup-files.ts';

interface Node {
  readonly pids: Set<number>;
  /** Controllers handed on to those below. */
  readonly enabled: Set<string>;
  /** What was written to limits, and what tests make the kernel tell. */
  readonly files: Map<string, string>;
}

const CONTROLLERS_OF: Readonly<Record<string, string>> = {
  'memory.max': 'memory',
  'memory.oom.group': 'memory',
  'memory.swap.max': 'memory',
  'memory.current': 'memory',
  'pids.max': 'pids',
  'cpu.max': 'cpu',
};

const fail = (code: string, path: string): never => {
  throw Object.assign(new Error(`${code}: ${path}`), { code });
};

export class FakeCgroupfs implements CgroupFiles {
  readonly nodes = new Map<string, Node>();
  /** `path` → code: the operation on this path is refused. */
  readonly refusals = new Map<string, string>();
  readonly #root: string;
  readonly #controllers: readonly string[];

  /** @param cgroup below the root, handed the root's controllers if it is another one; its members are `pids`. */
  constructor(root: string, cgroup: string, controllers: readonly string[], pids: readonly number[]) {
    this.#root = root;
    this.#controllers = controllers;
    this.nodes.set(root, node());
    if (cgroup !== root) {
      for (const name of controllers) this.#at(root).enabled.add(name);
      this.nodes.set(cgroup, node());
    }
    for (const pid of pids) this.#at(cgroup).pids.add(pid);
  }

  has(path: string): boolean {
    if (this.nodes.has(path)) return true;
    const [folder, file] = [dirname(path), basename(path)];
    const found = this.nodes.get(folder);
    if (found === undefined) return false;
    if (['cgroup.procs', 'cgroup.controllers', 'cgroup.subtree_control'].includes(file)) return true;
    if (['cgroup.events', 'cgroup.kill'].includes(file)) return folder !== this.#root;
    const controller = CONTROLLERS_OF[file];
    return found.files.has(file) || (controller !== undefined && this.#controllersOf(folder).includes(controller));
  }

  read(path: string): string {
    this.#check(path);
    const [folder, file] = [dirname(path), basename(path)];
    const found = this.#at(folder);
    const lines = (each: Iterable<unknown>) => [...each].map(line => `${line}\n`).join('');
    if (file === 'cgroup.procs') return lines(found.pids);
    if (file === 'cgroup.events') return `populated ${this.#isPopulated(folder) ? 1 : 0}\nfrozen 0\n`;
    if (file === 'cgroup.controllers') return `${this.#controllersOf(folder).join(' ')}\n`;
    if (file === 'cgroup.subtree_control') return `${[...found.enabled].join(' ')}\n`;
    return found.files.get(file) ?? fail('ENOENT', path);
  }

  write(path: string, text: string): void {
    this.#check(path);
    const [folder, file] = [dirname(path), basename(path)];
    const found = this.#at(folder);
    if (file === 'cgroup.procs') this.#move(Number(text), folder);
    else if (file === 'cgroup.subtree_control') this.#control(folder, text[0] === '+', text.slice(1));
    else if (file === 'cgroup.kill') for (const each of this.#treeOf(folder)) this.#at(each).pids.clear();
    else found.files.set(file, text);
  }

  makeFolder(path: string): void {
    this.#check(path);
    if (this.nodes.has(path)) fail('EEXIST', path);
    this.#at(dirname(path));
    this.nodes.set(path, node());
  }

  removeFolder(path: string): void {
    this.#check(path);
    this.#at(path);
    if (this.#isPopulated(path) || this.folders(path).length > 0) fail('EBUSY', path);
    this.nodes.delete(path);
  }

  folders(path: string): string[] {
    this.#at(path);
    return [...this.nodes.keys()].filter(each => each !== path && dirname(each) === path);
  }

  #move(pid: number, to: string): void {
    if (to !== this.#root && this.#at(to).enabled.size > 0) fail('EBUSY', to);
    for (const each of this.nodes.values()) each.pids.delete(pid);
    this.#at(to).pids.add(pid);
  }

  #control(folder: string, isOn: boolean, name: string): void {
    const { pids, enabled } = this.#at(folder);
    if (!isOn) {
      if (this.folders(folder).some(below => this.#at(below).enabled.has(name))) fail('EBUSY', folder);
      enabled.delete(name);
      return;
    }
    if (!this.#controllersOf(folder).includes(name)) fail('ENOENT', folder);
    if (folder !== this.#root && pids.size > 0) fail('EBUSY', folder);
    enabled.add(name);
  }

  #controllersOf(folder: string): readonly string[] {
    return folder === this.#root ? this.#controllers : [...this.#at(dirname(folder)).enabled];
  }

  #isPopulated(folder: string): boolean {
    return this.#treeOf(folder).some(each => this.#at(each).pids.size > 0);
  }

  #treeOf(folder: string): string[] {
    return [...this.nodes.keys()].filter(each => each === folder || each.startsWith(`${folder}/`));
  }

  #at(folder: string): Node {
    return this.nodes.get(folder) ?? fail('ENOENT', folder);
  }

  #check(path: string): void {
    const code = this.refusals.get(path);
    if (code !== undefined) fail(code, path);
  }
}

const node = (): Node => ({ pids: new Set(), enabled: new Set(), files: new Map() });

/** The same tree, but for these operations. */
export function overriding(files: CgroupFiles, change: Partial<CgroupFiles>): CgroupFiles {
  return {
    has: path => files.has(path),
    read: path => files.read(path),
    write: (path, text) => files.write(path, text),
    makeFolder: path => files.makeFolder(path),
    removeFolder: path => files.removeFolder(path),
    folders: path => files.folders(path),
    ...change,
  };
}
