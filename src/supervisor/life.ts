import type { ServerConfig } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Event, Evidence } from '../lifecycle/state.ts';
import type { Clock } from '../process/clock.ts';
import type { Life as ProcessLife } from '../process/launch.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import type { UsageSampler } from '../process/usage.ts';
import type { Item } from '../session/catalogue.ts';
import type { Session } from '../session/session.ts';
import type { Upstream } from '../session/upstream.ts';

/** What is started: a program, or a connection to an address. */
export interface Start {
  readonly command: readonly string[];
  readonly launch: string;
  /** Of a remote server, as people may see it. */
  readonly url: string | null;
}

/** What a life is given, be it one of a process or of a connection. */
export interface LifeSetup<C extends ServerConfig = ServerConfig> {
  readonly config: C;
  readonly incarnation: number;
  readonly session: Session;
  readonly clock: Clock;
  readonly post: (event: Event) => void;
  readonly onStart: (start: Start) => void;
  readonly onNotice: (text: string) => void;
  readonly onTools: (items: readonly Item[]) => void;
}

/**
 * One incarnation of a server, as its instance sees it: it carries out what the reducer asks for, and posts what came of it under
 * the incarnation's number. `OneLife` is that of a process, `RemoteLife` that of a connection, where all about a process is null.
 */
export interface InstanceLife {
  readonly plan: LaunchPlan | null;
  readonly process: ProcessLife | null;
  readonly usage: UsageSampler | null;
  readonly upstream: Upstream | null;
  /** What its last words were, for errors that have another cause than its exit. */
  evidence(): Evidence;
  /** The error of a life that health has condemned, in its own words. */
  condemned(fault: HoldfastError): HoldfastError;
  launch(): Promise<void>;
  initialize(): Promise<void>;
  list(): Promise<void>;
  /** Ends it and all that it started. Posts `cleaned` in every case: a stop that hangs would be worse than a survivor. */
  clean(isGentle: boolean, knownSurvivors: readonly number[]): Promise<void>;
  /** Skips what patience is left in `clean`. */
  hasten(): void;
}
