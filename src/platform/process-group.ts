import type { Usage } from './usage.ts';

/** How sure it is that no member of the group can hide: `atomic` from birth · `swept` found afterwards · `partial` some may not be found. */
export type ContainerLevel = 'atomic' | 'swept' | 'partial';

/** What the processes of one server together may use. */
export interface GroupLimits {
  readonly memoryMb?: number | undefined;
  readonly processes?: number | undefined;
  /** 100 is one core. */
  readonly cpuPercent?: number | undefined;
}

export type LimitName = 'memory' | 'processes' | 'cpu';

/** One server's process and everything that it started. The same verbs on every operating system. */
export interface ProcessGroup extends Disposable {
  readonly kind: string;
  readonly level: ContainerLevel;
  /** Why it is not the strongest level that this operating system has; null where it is. */
  readonly why: string | null;
  /** How long a kill may take to show, where that is longer than a system needs. */
  readonly killMs?: number;
  /** The limits that the system itself keeps it within; what else is set must be watched. */
  readonly holds: readonly LimitName[];
  /** Asks every member to end. */
  terminate(): Promise<void>;
  /** Insists. Returns before the members are gone: verify with `members`. */
  kill(): Promise<void>;
  /** Pids of the members that are alive; a zombie is not. */
  members(): Promise<number[]>;
  /** What the members use together; null where none lives, or where the system does not tell. */
  usage(): Promise<Usage | null>;
  /** After its end: which of the limits it holds has ended it, as far as the system tells; null for none. */
  overrun(): Promise<LimitName | null>;
  /** For a process that is about to end: asks or insists at once, as far as that can be done without waiting. */
  signalNow(what: 'terminate' | 'kill'): void;
  /** Gives back what the system lends for it. Harmless while members live, and a second time. */
  [Symbol.dispose](): void;
}
