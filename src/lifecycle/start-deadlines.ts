import { HoldfastError } from '../errors/holdfast-error.ts';
import { assertNever } from './assert-never.ts';
import type { Evidence, Policy, State } from './state.ts';

/** Time to answer `initialize`: longer where a package may have to be downloaded first. */
export function handshakeMs(state: State, policy: Policy): number {
  return state.name === 'starting' && state.mayDownload ? policy.startup.downloadMs : policy.startup.initializeMs;
}

/** The whole time of the step that a start is in (ms). */
export function deadlineMs(state: State & { name: 'starting' }, policy: Policy): number {
  switch (state.step) {
    case 'admission':
    case 'spawn':
      return policy.startup.spawnMs;
    case 'initialize':
      return handshakeMs(state, policy);
    case 'tools':
      return policy.startup.toolsMs;
    default:
      return assertNever(state.step);
  }
}

const SILENT: Evidence = { stderrTail: [], firstNoise: null };

/** What a start has failed of whose time has passed; with the process's own words where there are some. */
export function overdue(
  state: State & { name: 'starting' },
  policy: Policy,
  { stderrTail, firstNoise, hint }: Evidence = SILENT,
): HoldfastError {
  const details = { afterMs: deadlineMs(state, policy) };
  switch (state.step) {
    case 'admission':
    case 'spawn':
      return new HoldfastError('PROCESS_SPAWN_TIMEOUT', { details, stderrTail });
    case 'initialize':
      return firstNoise === null
        ? new HoldfastError('CONNECTION_HANDSHAKE_TIMEOUT', { details, stderrTail, hint, isHintOpen: true })
        : new HoldfastError('CONNECTION_NOT_JSON', { details: { ...details, line: firstNoise }, stderrTail });
    case 'tools':
      return new HoldfastError('TOOL_LIST_TIMEOUT', { details, stderrTail });
    default:
      return assertNever(state.step);
  }
}
