import type { RestartOptions, ServerConfig } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Policy } from './state.ts';

/** A call to a failed server is worth a try of its own once this much time has passed since it failed. */
export const DEMAND_AFTER_MS = 10_000;
const REACH_MS = 30_000;

/**
 * How long to wait before retry number `retry` (0 is the first): `minMs · 2^retry`, at most `maxMs`, ±10 % so that servers
 * that fell together do not rise together, and kept within `[minMs, maxMs]`.
 */
export function backoffDelay(retry: number, options: RestartOptions, random: () => number): number {
  const full = Math.min(options.maxMs, options.minMs * 2 ** Math.min(retry, 30));
  const jittered = full * (0.9 + random() * 0.2);
  return Math.round(Math.min(options.maxMs, Math.max(options.minMs, jittered)));
}

/** The ends that still count against `windowExits`. */
export function withinWindow(exits: readonly number[], now: number, options: RestartOptions): number[] {
  return exits.filter(at => now - at < options.windowMs);
}

/** A slow crash loop: more ends in the window than allowed. The refilled budget of retries would hide it. */
export function isCrashLoop(exits: readonly number[], now: number, options: RestartOptions): boolean {
  return options.windowExits > 0 && withinWindow(exits, now, options).length > options.windowExits;
}

/**
 * What is there to exit is a process: connections to a remote server that fail are no crash loop, and keep their own cause. To try
 * one costs a socket: one that could not be reached is not left alone for minutes.
 */
export function policyOf({ kind, options }: Pick<ServerConfig, 'kind' | 'options'>): Policy {
  if (kind === 'process') return options;
  return { ...options, restart: { ...options.restart, windowExits: 0 }, reachMs: REACH_MS };
}

/** How long a failed server rests before it is tried once. One that was reached, and refused us, will most likely do it again. */
export function halfOpenMs({ category, code, retryable }: HoldfastError, { restart, reachMs }: Policy): number {
  const isAway = retryable && code !== 'NETWORK_RATE_LIMITED' && (category === 'network' || category === 'connection');
  return isAway && reachMs !== undefined ? Math.min(reachMs, restart.halfOpenMs) : restart.halfOpenMs;
}
