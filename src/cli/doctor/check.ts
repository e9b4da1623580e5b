import type { Config, ServerConfig } from '../../config/types.ts';
import type { ConfigError } from '../../errors/config-error.ts';
import type { Os } from '../../platform/platform.ts';
import type { SystemNetwork } from '../../platform/system-network.ts';
import type { Place } from '../../process/resolve/place.ts';
import type { Cli } from '../context.ts';
import type { ServerPlan } from '../server-plan.ts';
import type { Topic, Verdict } from './finding.ts';

/** The configuration, as far as there is one. */
export interface Loaded {
  /** Absolute; null where none was found. */
  readonly file: string | null;
  readonly config: Config | null;
  /** What is wrong with the one that was found; null also where none was found. */
  readonly error: ConfigError | null;
}

/** What the checks look at. */
export interface World {
  readonly os: Os;
  readonly cli: Cli;
  /** Gives up what takes time: somebody has pressed Ctrl-C. */
  readonly signal: AbortSignal;
  readonly loaded: Loaded;
  /** What a server without settings of its own sees: environment, folder, disk. */
  readonly place: Place;
  /** What this system's own calls tell of its network. */
  readonly network: SystemNetwork;
  /** Each server of the configuration, and what will run for it. */
  readonly servers: readonly { readonly server: ServerConfig; readonly plan: Promise<ServerPlan> }[];
}

/** One question to this machine. It reads, and changes nothing. */
export interface Check {
  readonly id: string;
  readonly topic: Topic;
  readonly title: string;
  /** The only system that has what is asked about. */
  readonly only?: 'windows';
  readonly run: (world: World) => Promise<Verdict> | Verdict;
}
