import type { Clock } from '../../process/clock.ts';
import type { Check, World } from './check.ts';
import { inTime, TooLate } from './deadline.ts';
import { type Finding, notApplicable, problem, type Verdict } from './finding.ts';

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
    return await inTime(clock, async () => check.run(world));
  } catch (error) {
    if (error instanceof TooLate) {
      const hint = 'see whether a disk or network drive hangs that PATH or the configuration names, then try again';
      return problem(error.message, hint);
    }
    const reason = error instanceof Error ? error.message : String(error);
    return problem(`the check itself failed: ${reason}`, 'this is a bug in Holdfast, please report it', {
      stack: error instanceof Error ? (error.stack ?? null) : null,
    });
  }
}
