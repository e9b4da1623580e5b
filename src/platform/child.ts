import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { COOKIE, cookieValue } from './cookie.ts';
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
}

/** What Node's own spawn started, before it is in a group. */
export type Spawned = Omit<Child, 'group'>;

/** Starts a process by `child_process`. @throws Error of the system */
export async function spawnChild(spec: StartSpec, options: SpawnOptions): Promise<Spawned> {
  const child = spawn(spec.file, [...spec.args], {
    ...options,
    cwd: spec.cwd,
    env: { ...spec.env, [COOKIE]: cookieValue(spec.cookie) },
    stdio: ['pipe', 'pipe', 'pipe'],
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
