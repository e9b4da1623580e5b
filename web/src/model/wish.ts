import type { WireError } from './wire.ts';

/** Whether a call was lost because somebody stopped or restarted its server, and not by a fault. */
export function isByWish({ code, details }: Pick<WireError, 'code' | 'details'>): boolean {
  if (code === 'CONNECTION_CLOSED') return true;
  return code === 'PROCESS_EXITED_DURING_CALL' && details.how === 'stopped on request';
}
