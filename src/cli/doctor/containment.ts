import { whyNoCgroups } from '../../platform/containment.ts';
import type { Os } from '../../platform/platform.ts';
import type { ContainerLevel } from '../../platform/process-group.ts';
import { type OwnJob, whyNoNativeCalls, windowsSurroundings } from '../../platform/windows/surroundings.ts';
import type { Check } from './check.ts';
import { ok, unknown, type Verdict, warning } from './finding.ts';

export const containmentCheck: Check = {
  id: 'containment',
  topic: 'system',
  title: 'containment',
  run: async ({ os, cli }) => {
    const whyNoNative = os === 'windows' ? whyNoNativeCalls() : null;
    const isSwitchedOff = cli.env.HOLDFAST_NO_NATIVE === '1';
    const job = windowsSurroundings()?.job() ?? null;
    return containmentVerdict({ os, whyNoNative, whyNoCgroup: await whyNoCgroups(), isSwitchedOff, job });
  },
};

export const jobCheck: Check = {
  id: 'job',
  topic: 'system',
  title: 'job',
  only: 'windows',
  run: () => jobVerdict(windowsSurroundings()?.job() ?? null),
};

/** What a server is held in, as far as that is known before one is started; the strongest first. */
const LEVELS: Readonly<Record<ContainerLevel, string>> = {
  atomic: 'atomic: a server is born in a job, which nothing that it starts can leave unnoticed',
  swept: 'swept: whatever a server started is looked for and ended with it',
  partial: 'partial: what a server started and left behind may not be found',
};

const IN_CGROUP = 'atomic: a server begins in a cgroup of its own, which nothing that it starts leaves unnoticed';

const NATIVE_HINT = 'install the optional package koffi beside holdfast (npm install koffi)';
const SWITCH_HINT = 'unset HOLDFAST_NO_NATIVE';
const JOB_HINT = 'start Holdfast from a terminal of its own, not from the program that started it now';

export interface ContainmentFacts {
  readonly os: Os;
  /** Why Windows itself cannot be called; null where it can, and on other systems. */
  readonly whyNoNative: string | null;
  /** Linux: why there are no cgroups; null where there are. */
  readonly whyNoCgroup: string | null;
  /** Whether that is because somebody wished it. */
  readonly isSwitchedOff: boolean;
  readonly job: OwnJob | null;
}

export function containmentVerdict(facts: ContainmentFacts): Verdict {
  const { os, whyNoNative, whyNoCgroup, isSwitchedOff, job } = facts;
  if (os === 'macos') return ok(LEVELS.partial, { level: 'partial', why: null });
  if (os === 'linux') {
    if (whyNoCgroup === null) return ok(IN_CGROUP, { level: 'atomic', why: null });
    return ok(`${LEVELS.swept}; no cgroup, since ${whyNoCgroup}`, { level: 'swept', why: whyNoCgroup });
  }
  const noJob = job?.restrictsUi === true ? 'the job that we are in lets none be made inside it' : null;
  const why = whyNoNative ?? noJob;
  if (why === null) return ok(LEVELS.atomic, { level: 'atomic', why });
  const nativeHint = isSwitchedOff ? SWITCH_HINT : NATIVE_HINT;
  const hint = whyNoNative === null ? JOB_HINT : nativeHint;
  return warning(`${LEVELS.partial}, since ${why}`, hint, { level: 'partial', why });
}

export function jobVerdict(job: OwnJob | null): Verdict {
  if (job === null) return unknown('not known without native code');
  const details = { ...job };
  if (!job.isInJob) return ok('we are in none', details);
  if (job.restrictsUi) {
    return warning(
      'we are in one that restricts the screen, and Windows puts no job inside such a one',
      JOB_HINT,
      details,
    );
  }
  const ends = job.endsWhenClosed && !job.allowsBreakaway ? ', and end with it' : '';
  return ok(`we are in one, can make others inside it${ends}`, details);
}
