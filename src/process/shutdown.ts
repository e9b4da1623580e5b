import type { ProcessGroup } from '../platform/process-group.ts';
import type { Clock } from './clock.ts';
import { firstOf } from './wait.ts';

/** What the stop ladder needs of a process. */
export interface Stoppable {
  readonly group: ProcessGroup;
  /** Settles when the leader has exited; it does not wait for the pipes, which a grandchild may hold for ever. */
  readonly exited: Promise<unknown>;
  /** The one request that every platform and every server understands. */
  closeStdin(): void;
  /** Gives back streams and listeners. */
  dispose(): void;
}

export interface ShutdownOptions {
  /** Time to finish after stdin has been closed; 0 goes on at once. */
  readonly drainMs: number;
  /** Time between asking and insisting. */
  readonly graceMs: number;
  readonly clock: Clock;
  /** Aborting it skips to the kill. */
  readonly hasten: AbortSignal;
}

export interface ShutdownReport {
  readonly survivors: readonly number[];
  readonly tookMs: number;
  /** The last rung that was needed. */
  readonly rung: 'exited' | 'drained' | 'terminated' | 'killed';
}

/** A kill is checked for this long before its survivors are named. */
const VERIFY_MS = 2_000;
const POLL_MS = 20;

/**
 * The stop ladder: close stdin, wait, terminate, wait, verify, kill, verify, give everything back.
 * It judges by the whole group, not by the leader; it always ends, and never throws for a process that will not go.
 */
export async function shutDown(target: Stoppable, options: ShutdownOptions): Promise<ShutdownReport> {
  const { group } = target;
  const { clock, hasten } = options;
  const from = clock.now();
  const done = (rung: ShutdownReport['rung'], survivors: readonly number[]): ShutdownReport => {
    target.dispose();
    return { survivors, rung, tookMs: Math.round(clock.now() - from) };
  };

  target.closeStdin();
  if (options.drainMs > 0) await firstOf(clock, options.drainMs, target.exited, aborted(hasten));
  if ((await group.members()).length === 0) return done('drained', []);

  if (!hasten.aborted) {
    await group.terminate();
    if (await isEmptyWithin(group, options.graceMs, clock, hasten)) return done('terminated', []);
  }

  const deadline = clock.now() + VERIFY_MS;
  let survivors: number[];
  do {
    // Again each time: a member may have forked between the look and the kill.
    await group.kill();
    await firstOf(clock, POLL_MS);
    survivors = await group.members();
  } while (survivors.length > 0 && clock.now() < deadline);
  return done('killed', survivors);
}

async function isEmptyWithin(group: ProcessGroup, ms: number, clock: Clock, hasten: AbortSignal): Promise<boolean> {
  const deadline = clock.now() + ms;
  for (;;) {
    if ((await group.members()).length === 0) return true;
    const left = deadline - clock.now();
    if (left <= 0 || hasten.aborted) return false;
    await firstOf(clock, Math.min(POLL_MS, left));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
