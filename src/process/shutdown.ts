import type { ProcessGroup } from '../platform/process-group.ts';
import type { Clock } from './clock.ts';
import { firstOf } from './wait.ts';

/** What the stop ladder needs of a process. */
export interface Stoppable {
  /** The leader. */
  readonly pid: number;
  readonly group: Pick<ProcessGroup, 'terminate' | 'kill' | 'members' | 'killMs'>;
  /** Settles when the leader has exited; it does not wait for the pipes, which a grandchild may hold for ever. */
  readonly exited: Promise<unknown>;
  /** The one request that every platform and every server understands. */
  closeStdin(): void;
  /** Gives back streams and listeners. `isGone`: nothing of it is left. */
  dispose(isGone: boolean): void;
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
  readonly rung: 'drained' | 'terminated' | 'killed';
  /** Why the system could not be asked at the last look (no file descriptors left, say): the leader then stands for them all. */
  readonly trouble: unknown;
}

/** A kill is checked for this long before its survivors are named, unless the group wants more. */
const VERIFY_MS = 2_000;
const POLL_MS = 20;
/** What ends with its leader may take this long: on Windows its hidden console is a process too, and in its job. */
const SETTLE_MS = 100;

/**
 * The stop ladder: close stdin, wait, terminate, wait, verify, kill, verify, give everything back.
 * It judges by the whole group, not by the leader; it always ends, and never throws for a process that will not go.
 */
export async function shutDown(target: Stoppable, options: ShutdownOptions): Promise<ShutdownReport> {
  const { clock, hasten } = options;
  const from = clock.now();
  const group = new Tolerant(target);
  const done = (rung: ShutdownReport['rung'], survivors: readonly number[]): ShutdownReport => {
    target.dispose(survivors.length === 0);
    return { survivors, rung, tookMs: Math.round(clock.now() - from), trouble: group.trouble };
  };

  target.closeStdin();
  let settleMs = 0;
  if (options.drainMs > 0) {
    const settles = target.exited.then(() => {
      settleMs = SETTLE_MS;
    });
    await firstOf(clock, options.drainMs, settles, aborted(hasten));
  }
  if (await isEmptyWithin(group, settleMs, clock, hasten)) return done('drained', []);

  if (!hasten.aborted) {
    await Promise.race([group.terminate(), aborted(hasten)]);
    if (await isEmptyWithin(group, options.graceMs, clock, hasten)) return done('terminated', []);
  }

  const deadline = clock.now() + (target.group.killMs ?? VERIFY_MS);
  let survivors: number[];
  do {
    // Again each time: a member may have forked between the look and the kill.
    await group.kill();
    await firstOf(clock, POLL_MS);
    survivors = await group.members();
  } while (survivors.length > 0 && clock.now() < deadline);
  return done('killed', survivors);
}

/** A group that is there as long as nobody can tell: where the system does not answer now, it may at the next look. */
class Tolerant {
  readonly #target: Stoppable;
  trouble: unknown = null;

  constructor(target: Stoppable) {
    this.#target = target;
  }

  async members(): Promise<number[]> {
    try {
      const members = await this.#target.group.members();
      this.trouble = null;
      return members;
    } catch (error) {
      this.trouble = error;
      return [this.#target.pid];
    }
  }

  terminate(): Promise<void> {
    return this.#try(() => this.#target.group.terminate());
  }

  kill(): Promise<void> {
    return this.#try(() => this.#target.group.kill());
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.trouble = error;
    }
  }
}

async function isEmptyWithin(group: Tolerant, ms: number, clock: Clock, hasten: AbortSignal): Promise<boolean> {
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
