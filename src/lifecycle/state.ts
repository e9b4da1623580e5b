import type { RestartOptions, StartupOptions } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';

/** The wish. `onDemand`: at rest it is stopped and counts as ready; a client's call starts it. One that went idle is wished so. */
export type Desired = 'up' | 'onDemand' | 'down';

/** What a start is waiting for. `admission`: a free place among the concurrent starts; it has no deadline. */
export type Step = 'admission' | 'spawn' | 'initialize' | 'tools';

/** What a stop leads to, if nobody changes the wish meanwhile. */
export type Goal = 'rest' | 'relaunch' | 'recover';

/** Why a server is stopped that is well, where nobody has asked for it: nobody needs it, it is old, or it is for another client now. */
export type Why = 'idle' | 'maxAge' | 'client';

/**
 * The fact. A state owns at most one timer, its `due` (monotonic ms); leaving the state is all it takes to cancel it.
 */
export type State =
  | { readonly name: 'stopped'; readonly due: null }
  | { readonly name: 'starting'; readonly step: Step; readonly due: number | null; readonly mayDownload: boolean }
  | { readonly name: 'ready'; readonly due: number | null; readonly since: number; readonly isProven: boolean }
  | {
      readonly name: 'stopping';
      readonly due: null;
      readonly goal: Goal;
      readonly fault: HoldfastError | null;
      readonly why: Why | null;
    }
  | { readonly name: 'backoff'; readonly due: number; readonly delayMs: number; readonly fault: HoldfastError }
  | { readonly name: 'failed'; readonly due: number | null; readonly since: number; readonly fault: HoldfastError };

/** One instance of a server: everything that the reducer knows. */
export interface Model {
  readonly desired: Desired;
  readonly state: State;
  /** Number of the latest life; 0 before the first. A result that carries another number is stale. */
  readonly incarnation: number;
  /** Unasked ends since the budget of retries was last refilled. */
  readonly failures: number;
  /** When unasked ends happened (monotonic ms), those inside the window. */
  readonly exits: readonly number[];
  /** Processes of the last life that could not be ended. Nothing is started beside them. */
  readonly survivors: readonly number[];
}

/** The numbers of one server that the reducer decides by. */
export interface Policy {
  readonly restart: RestartOptions;
  readonly startup: StartupOptions;
  /** One that has failed because nobody could be reached is tried again this often, where that costs no process. */
  readonly reachMs?: number | undefined;
}

/** Clock and chance, as arguments. */
export interface Context {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What the process has said so far, when a deadline passes. */
export interface Evidence {
  readonly stderrTail: readonly string[];
  /** The first line on stdout that was no message. */
  readonly firstNoise: string | null;
  /** What to do where it did not answer `initialize`, when that has nothing to do with a command. */
  readonly hint?: string | undefined;
}

export type Event =
  // Wishes of people and clients.
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  | { readonly type: 'demand' }
  /** Another client takes it over, whom a process that is there does not know. */
  | { readonly type: 'handOver' }
  // Time.
  | { readonly type: 'timer'; readonly due: number; readonly evidence?: Evidence }
  | { readonly type: 'resumed' }
  // Facts about one life.
  | { readonly type: 'admitted'; readonly incarnation: number }
  | { readonly type: 'resolved'; readonly incarnation: number; readonly mayDownload: boolean }
  | { readonly type: 'spawned'; readonly incarnation: number }
  | { readonly type: 'initialized'; readonly incarnation: number }
  | { readonly type: 'paged'; readonly incarnation: number }
  | { readonly type: 'listed'; readonly incarnation: number }
  | { readonly type: 'proven'; readonly incarnation: number }
  | { readonly type: 'idle'; readonly incarnation: number }
  | { readonly type: 'aged'; readonly incarnation: number }
  | { readonly type: 'down'; readonly incarnation: number; readonly fault: HoldfastError }
  | { readonly type: 'cleaned'; readonly incarnation: number; readonly survivors: readonly number[] };

export type Effect =
  /** Ask for a place among the concurrent starts; answered by `admitted`. */
  | { readonly type: 'admit'; readonly incarnation: number }
  /** Resolve the command and start the process; answered by `resolved`, then `spawned` or `down`. */
  | { readonly type: 'launch'; readonly incarnation: number }
  /** Shake hands; answered by `initialized` or `down`. */
  | { readonly type: 'initialize'; readonly incarnation: number }
  /** Fetch the tools, page by page; answered by `paged` for each further page, then `listed` or `down`. */
  | { readonly type: 'list'; readonly incarnation: number }
  /** Restore the session and let held calls go. */
  | { readonly type: 'open'; readonly incarnation: number }
  /** Stop sending: hold, mark for replay or reject what is in flight. `isFinal`: nothing comes after, reject it all. */
  | {
      readonly type: 'close';
      readonly incarnation: number;
      readonly fault: HoldfastError | null;
      readonly isFinal: boolean;
    }
  /** End the process and all its kin; answered by `cleaned`, always. `isGentle`: with time to finish after EOF. */
  | {
      readonly type: 'clean';
      readonly incarnation: number;
      readonly isGentle: boolean;
      readonly survivors: readonly number[];
    }
  /** Skip what patience is left in the `clean` under way. */
  | { readonly type: 'hasten'; readonly incarnation: number }
  /** Come to rest: answer what is still held with this fault, or "stopped" where it is null. */
  | { readonly type: 'settle'; readonly fault: HoldfastError | null };

export function createModel(desired: Desired): Model {
  return {
    desired,
    state: { name: 'stopped', due: null },
    incarnation: 0,
    failures: 0,
    exits: [],
    survivors: [],
  };
}
