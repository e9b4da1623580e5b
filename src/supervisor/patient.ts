import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Patient } from '../health/monitor-setup.ts';
import type { Model, State } from '../lifecycle/state.ts';
import { processState } from '../process/inspect.ts';
import type { Session } from '../session/session.ts';
import type { InstanceLife } from './life.ts';

/** What the health monitor needs of an instance: its life at the moment of asking. */
export interface PatientSource {
  readonly session: Session;
  readonly model: Model;
  readonly life: InstanceLife | null;
}

/** An instance, as its health monitor sees it. */
export function patientOf(server: string, instance: PatientSource): Patient {
  const upstream = () => {
    const current = instance.life?.upstream;
    if (current == null) throw new HoldfastError('CONNECTION_CLOSED', { server });
    return current;
  };
  return {
    ping: async () => {
      await upstream().ask('ping');
    },
    listTools: async () => {
      try {
        return await instance.session.fetch(upstream(), 'tools');
      } catch (error) {
        if (error instanceof HoldfastError && error.code === 'TOOL_LIST_FAILED') return null;
        throw error;
      }
    },
    processState: async () => {
      const pid = instance.life?.process?.pid;
      return pid === undefined ? 'running' : processState(pid);
    },
    openCalls: () => ({ open: instance.session.calls.inFlight, oldestSent: instance.session.calls.oldestSent }),
    fault: () => faultOf(instance.model.state),
    state: () => instance.model.state.name,
  };
}

/** The cause of being down, or null. */
export function faultOf(state: State): HoldfastError | null {
  return 'fault' in state ? state.fault : null;
}
