/** How sure it is that no member of the group can hide: `atomic` from birth · `swept` found afterwards · `partial` some may not be found. */
export type ContainerLevel = 'atomic' | 'swept' | 'partial';

/** One server's process and everything that it started. The same verbs on every operating system. */
export interface ProcessGroup {
  readonly kind: string;
  readonly level: ContainerLevel;
  /** Asks every member to end. */
  terminate(): Promise<void>;
  /** Insists. Returns before the members are gone: verify with `members`. */
  kill(): Promise<void>;
  /** Pids of the members that are alive; a zombie is not. */
  members(): Promise<number[]>;
  /** For a process that is about to end: asks or insists at once, as far as that can be done without waiting. */
  signalNow(what: 'terminate' | 'kill'): void;
}

export interface Containment {
  /** Options that `child_process.spawn` needs so that the group can be held together. */
  readonly spawnOptions: { readonly detached: boolean; readonly windowsHide: boolean };
  /**
   * Call it once, right after the spawn. `cookie` is the value that the child was given in `HOLDFAST_COOKIE`; `hasExited` tells
   * whether its end has been noticed: until then the system gives its pid to nobody else.
   */
  contain(pid: number, cookie: string, hasExited: () => boolean): ProcessGroup;
}

/** The variable that marks every descendant of a server, also one that left its group and session. */
export const COOKIE = 'HOLDFAST_COOKIE';
