import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { COOKIE, cookieValue } from './cookie.ts';
import type { Cgroups } from './linux/cgroups.ts';
import type { Priority } from './priority.ts';
import type { GroupLimits, ProcessGroup } from './process-group.ts';

export interface StartSpec {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment, but for the cookie. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Windows: `args` is already quoted. */
  readonly verbatim: boolean;
  /** Marks every descendant that inherits the environment. Fresh for each start. */
  readonly cookie: string;
  readonly priority: Priority;
  /** For the system to hold, where it can: the group says which it does. */
  readonly limits?: GroupLimits | undefined;
  /** Hears what the system refuses although the process runs, for people; also after the start. */
  readonly onNotice: (text: string) => void;
  /** Linux: where its cgroup is made; null makes none. */
  readonly cgroups: Cgroups | null;
  /** Hears the pid and the folder of the cgroup, and is waited for, before the program does anything, as far as the system allows. Where it rejects, nothing is started. */
  readonly onBorn: (pid: number, folder: string | null) => Promise<void>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that runs, in a group of its own. */
export interface Child {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly group: ProcessGroup;
  /** Settles when the process has exited, whoever still holds its pipes. */
  readonly exited: Promise<Exit>;
  /** Whether it has ended, as far as that can be told at once. Before `exited` has settled the system gives its pid to nobody else. */
  hasExited(): boolean;
  /** It keeps this process alive no longer. */
  unref(): void;
}

/** The strongest that an operating system gives to hold a server's processes together. */
export interface Containment {
  /** Resolves once the process runs. @throws Error of the system when it cannot be started; nothing is left then. */
  start(spec: StartSpec): Promise<Child>;
  /** The group of a life that another manager, which is dead, has started: empty where its process is gone and nothing can tell what else was its. */
  restore(life: PastLife): Promise<ProcessGroup>;
}

export interface PastLife {
  readonly cookie: string;
  /** Of the leader; null where it is not known. */
  readonly pid: number | null;
  /** As `ProcessEntry.startedAt`. */
  readonly startedAt: string | null;
  /** Of its cgroup; null where it had none. */
  readonly folder: string | null;
}

/** What Node's own spawn started, before it is in a group. */
export type Spawned = Omit<Child, 'group'>;

/** Starts a process by `child_process`; `gate` is a pipe more that leads to it. @throws Error of the system */
export async function spawnChild(
  spec: StartSpec,
  options: SpawnOptions,
  hasGate = false,
): Promise<Spawned & { readonly gate: Duplex | null }> {
  const child = spawn(spec.file, [...spec.args], {
    ...options,
    cwd: spec.cwd,
    env: { ...spec.env, [COOKIE]: cookieValue(spec.cookie) },
    stdio: hasGate ? ['pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
    windowsVerbatimArguments: spec.verbatim,
  });
  // Before anything is waited for: the end may come at once.
  const exited = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    pid: pidOf(child),
    ...streamsOf(child),
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    unref: () => child.unref(),
    gate: (child.stdio[3] as Duplex | null | undefined) ?? null,
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new TypeError('a spawned process has a pid');
  return pid;
}

function streamsOf({ stdin, stdout, stderr }: ChildProcess) {
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('all three streams are pipes');
  return { stdin, stdout, stderr };
}
