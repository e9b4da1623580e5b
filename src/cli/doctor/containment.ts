import type { ContainerLevel } from '../../platform/process-group.ts';
import { type OwnJob, windowsSurroundings } from '../../platform/windows/surroundings.ts';
import type { Check } from './check.ts';
import { ok, problem, unknown, type Verdict, warning } from './finding.ts';

/** How surely this machine lets us end everything that a server started. */
export interface ContainmentFacts {
  readonly level: ContainerLevel;
  /** Why it is not higher; null where nothing is missing. */
  readonly why: string | null;
  /** What would give a higher level; null where nothing would. */
  readonly hint: string | null;
}

const MEANS: Readonly<Record<ContainerLevel, string>> = {
  atomic: 'atomic: nothing that a server starts can leave unnoticed',
  swept: 'swept: what a server started is found and ended',
  partial: 'partial: what a server started and left behind may not be found',
};

export function containmentVerdict({ level, why, hint }: ContainmentFacts): Verdict {
  const summary = why === null ? MEANS[level] : `${MEANS[level]} (${why})`;
  const details = { level, why };
  return hint === null ? ok(summary, details) : warning(summary, hint, details);
}

export function jobVerdict(job: OwnJob | null): Verdict {
  if (job === null) return unknown('not known without native code');
  const details = { ...job };
  if (!job.isInJob) return ok('we are in none', details);
  if (job.restrictsUi) {
    const hint = 'start Holdfast from a terminal of its own, not from the program that started it now';
    return problem('we are in one that restricts the screen, and Windows puts no job inside such a one', hint, details);
  }
  if (job.endsWhenClosed && !job.allowsBreakaway) {
    return ok('we are in one, can make others inside it, and end with it', details);
  }
  return ok('we are in one, and can make others inside it', details);
}

export const jobCheck: Check = {
  id: 'job',
  topic: 'system',
  title: 'job',
  only: 'windows',
  run: () => jobVerdict(windowsSurroundings()?.job() ?? null),
};
