/** The options of a server that decide when one that is ready goes to rest, or is started afresh. `ServerOptions` fits. */
export interface RestOptions {
  readonly idleStopMs: number;
  readonly maxAgeMs: number;
  readonly holdMs: number;
}

/** How a server that is ready is used, at one moment. Times are monotonic milliseconds. */
export interface Use {
  readonly readySince: number;
  /** When a call came or ended last, or it became ready. */
  readonly usedAt: number;
  /** Calls that it has been given, and questions of its own that are open. */
  readonly underWay: number;
  /** Calls that have not been given to it yet. */
  readonly waiting: number;
  /** Clients wait for what it may tell of itself: they have subscribed to resources. */
  readonly isAwaited: boolean;
}

/** What has been done to come to a moment without calls. */
export interface RestModel {
  /** No call is let in, until then at the latest. */
  readonly pausedUntil: number | null;
  /** The last pause brought no such moment: the next one is not before then. */
  readonly patientUntil: number;
}

/**
 * `rest`: nobody needs it. `renew`: it is old, and at leisure. `pause`: calls never cease, so those that come shall wait. `resume`:
 * those under way take too long; let the others in.
 */
export type RestAction = 'rest' | 'renew' | 'pause' | 'resume';

/** A server that is old may go on for so long before calls are made to wait for its sake, and between two such pauses. */
const PATIENCE_MS = 60_000;

export const unpaused: RestModel = { pausedUntil: null, patientUntil: 0 };

/** What is to be done now, and when to look again; also to be asked when a call has ended on a server that `isOld`. Pure. */
export function considerRest(
  model: RestModel,
  use: Use,
  options: RestOptions,
  now: number,
): { readonly model: RestModel; readonly action: RestAction | null; readonly lookAt: number } {
  const { idleStopMs, maxAgeMs, holdMs } = options;
  const isFree = use.underWay + use.waiting === 0 && !use.isAwaited;
  // Of one that is in use nobody says when it will be free: it is looked at again after a while.
  const idleAt = idleStopMs === 0 ? Infinity : (isFree ? use.usedAt : now) + idleStopMs;
  if (now >= idleAt) return { model: unpaused, action: 'rest', lookAt: Infinity };
  if (!isOld(use.readySince, options, now)) {
    const oldAt = maxAgeMs === 0 ? Infinity : use.readySince + maxAgeMs;
    return { model, action: null, lookAt: Math.min(idleAt, oldAt) };
  }
  if (use.underWay === 0) return { model: unpaused, action: 'renew', lookAt: Infinity };

  if (model.pausedUntil !== null) {
    if (now < model.pausedUntil) return { model, action: null, lookAt: model.pausedUntil };
    const patientUntil = now + PATIENCE_MS;
    return { model: { pausedUntil: null, patientUntil }, action: 'resume', lookAt: patientUntil };
  }
  const pauseAt = Math.max(model.patientUntil, use.readySince + maxAgeMs + PATIENCE_MS);
  if (now < pauseAt) return { model, action: null, lookAt: Math.min(idleAt, pauseAt) };
  // The other half is for the start that follows.
  const pausedUntil = now + holdMs / 2;
  return { model: { ...model, pausedUntil }, action: 'pause', lookAt: pausedUntil };
}

/** It has been ready for longer than it may: the first moment without calls is the one to start it afresh. */
export function isOld(readySince: number, { maxAgeMs }: RestOptions, now: number): boolean {
  return maxAgeMs > 0 && now - readySince >= maxAgeMs;
}
