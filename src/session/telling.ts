import type { Call } from './call.ts';
import { type NotificationEnvelope, notification, withProgressTokenOfProgress } from './json-text.ts';

/**
 * Tells the caller of one that waits what it waits for, where it wants to hear that; `isNew`: only if it has heard nothing yet.
 * The figures rise, and stay below all that a server says.
 */
export function tellWaiting(call: Call, message: string, isNew: boolean): void {
  const { onProgress, tellsWaiting } = call.options;
  const wants = tellsWaiting === true && call.progressToken !== null && call.progress === -Infinity;
  if (call.place !== 'held' || !wants || onProgress === undefined || (isNew && call.waits > 0)) return;
  call.waits++;
  const told = notification('notifications/progress', { progressToken: 0, progress: -1 / call.waits, message });
  onProgress(withProgressTokenOfProgress(told, call.progressToken));
}

/** Passes on the progress of a call, under its caller's token. After a replay, only what is new. */
export function passProgress(call: Call, envelope: NotificationEnvelope): boolean {
  const { progress } = (envelope.value.params ?? {}) as { progress?: unknown };
  if (call.progressToken === null) return false;
  if (typeof progress === 'number') {
    if (progress <= call.toldBefore) return true;
    call.progress = Math.max(call.progress, progress);
  }
  call.options.onProgress?.(withProgressTokenOfProgress(envelope, call.progressToken));
  return true;
}
