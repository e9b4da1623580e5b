import type { ProcessServer, ServerConfig } from '../config/types.ts';
import type { Clock } from '../process/clock.ts';
import type { Keeper } from '../process/keeper.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import type { Finished } from '../session/calls-setup.ts';
import type { Handshake, InitializeParams } from '../session/handshake.ts';
import type { CatalogueStore } from '../session/session-lists.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Admission } from './admission.ts';
import type { TakerOf } from './one-life.ts';
import type { AgentFor } from './remote-life.ts';

/** What every instance shares. */
export interface InstanceContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
  readonly resolve: (config: ProcessServer) => Promise<LaunchPlan>;
  /** The sockets for a remote server. */
  readonly agentFor: AgentFor;
  /** Takes lines out of a life's stderr that are no words of its own, such as debug lines of its Node. */
  readonly takerOf?: TakerOf | undefined;
  readonly keeper: Pick<Keeper, 'expect'>;
  readonly admission: Admission;
  /** Gives ids for servers' questions, no two alike. */
  readonly questionId: () => number;
  /** Whether the servers that this one depends on have come up, or have failed. */
  readonly isClear: (config: ServerConfig) => boolean;
  /** Called after every change of a lifecycle state. */
  readonly onState: () => void;
}

export interface InstanceSetup {
  readonly config: ServerConfig;
  /** Place in the configuration. */
  readonly order: number;
  /** Among the instances of its server. */
  readonly number: number;
  /** Nobody starts it but who asks it for something. */
  readonly rests: boolean;
  readonly params: InitializeParams;
  readonly store: CatalogueStore;
  readonly onHandshake?: (handshake: Handshake) => void;
  readonly onFinished?: (finished: Finished) => void;
}
