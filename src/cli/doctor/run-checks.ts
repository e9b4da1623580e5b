import type { Clock } from '../../process/clock.ts';
import type { Check, World } from './check.ts';
import { type Finding, notApplicable, problem, type Verdict } from './finding.ts';

/** No answer takes longer on a machine that is well; a network drive that hangs would take for ever. */
const DEADLINE_MS = 8_000;

/**
 * Runs all checks at once, and answers in their order. It always answers, and in time: a check that fails, or is late, is a problem
 * that says so.
 */
export async function runChecks(checks: readonly Check[], world: World, clock: Clock): Promise<readonly Finding[]> {
  return Promise.all(
    checks.map(async check => {
      const { id, topic, title } = check;
      return { id, topic, title, ...(await verdictOf(check, world, clock)) };
    }),
  );
}

async function verdictOf(check: Check, world: World, clock: Clock): Promise<Verdict> {
  if (check.only !== undefined && check.only !== world.os) return notApplicable('only Windows has this');
  try {
    return await within(clock, DEADLINE_MS, async () => check.run(world));
  } catch (error) {
    if (error instanceof TooLate) {
      return problem(
        `no answer within ${error.ms / 1_000} s`,
        'see whether a disk or network drive hangs that your PATH or configuration names, then try again',
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    return problem(`the check itself failed: ${reason}`, 'this is a bug in Holdfast, please report it', {
      stack: error instanceof Error ? (error.stack ?? null) : null,
    });
  }
}

class TooLate extends Error {
  readonly ms: number;

  constructor(ms: number) {
    super(`not within ${ms} ms`);
    this.ms = ms;
  }
}

/** The result of `run`, which is given up after `ms`. */
function within<T>(clock: Clock, ms: number, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(ms, () => reject(new TooLate(ms)));
    run()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
