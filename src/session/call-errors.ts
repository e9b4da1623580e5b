import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Call } from './call.ts';

/** Why a call got no answer although its server lives. */
export function callError(
  code: 'TOOL_CALL_CANCELLED' | 'TOOL_CALL_TIMEOUT' | 'CONNECTION_HOLD_TIMEOUT' | 'RESOURCE_QUEUE_FULL',
  call: Call,
  { server, afterMs, maxHeld }: { readonly server: string; readonly afterMs: number; readonly maxHeld: number },
): HoldfastError {
  return new HoldfastError(code, {
    server,
    mayHaveRun: mayHaveRun(call),
    details: {
      afterMs: Math.round(afterMs),
      method: call.method,
      tool: call.tool ?? call.method,
      limit: maxHeld,
    },
  });
}

/** Why a call was lost with its process. */
export function lostError(call: Call, server: string, fault: HoldfastError | null): HoldfastError {
  const stderrTail = fault?.stderrTail ?? [];
  const cause = fault ?? undefined;
  if (!mayHaveRun(call)) {
    return new HoldfastError('CONNECTION_CLOSED', { server, mayHaveRun: false, stderrTail, cause });
  }
  const how = fault === null ? 'stopped on request' : (fault.details.how ?? fault.toClient().message);
  return new HoldfastError('PROCESS_EXITED_DURING_CALL', {
    server,
    mayHaveRun: true,
    stderrTail,
    cause,
    details: { how },
  });
}

const mayHaveRun = (call: Call): boolean => call.place === 'written' || call.replays > 0;
