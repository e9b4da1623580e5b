/**
 * `ok` · `warning`: works, but not as well as it could, or not for everybody · `problem`: something will not work until it is changed ·
 * `unknown`: it could not be found out · `notApplicable`: this system has no such thing.
 */
export type FindingStatus = 'ok' | 'warning' | 'problem' | 'unknown' | 'notApplicable';

/** What a check says of the facts it was given. */
export interface Verdict {
  readonly status: FindingStatus;
  /** One sentence, lower-case, no full stop. */
  readonly summary: string;
  /** What to do about it; null where there is nothing to do. */
  readonly hint: string | null;
  /** The facts for programs. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** One line of the report. */
export interface Finding extends Verdict {
  readonly id: string;
  readonly topic: Topic;
  /** Short, for people. */
  readonly title: string;
}

/** In the order of the report. */
export const TOPICS = ['programs', 'system', 'network', 'holdfast', 'servers'] as const;
export type Topic = (typeof TOPICS)[number];

type Details = Readonly<Record<string, unknown>>;

export const ok = (summary: string, details: Details = {}): Verdict => ({ status: 'ok', summary, hint: null, details });

export const warning = (summary: string, hint: string, details: Details = {}): Verdict => ({
  status: 'warning',
  summary,
  hint,
  details,
});

export const problem = (summary: string, hint: string, details: Details = {}): Verdict => ({
  status: 'problem',
  summary,
  hint,
  details,
});

export const unknown = (summary: string, hint: string | null = null, details: Details = {}): Verdict => ({
  status: 'unknown',
  summary,
  hint,
  details,
});

export const notApplicable = (summary: string): Verdict => ({
  status: 'notApplicable',
  summary,
  hint: null,
  details: {},
});

const RANK: Readonly<Record<FindingStatus, number>> = { problem: 0, warning: 1, unknown: 2, ok: 3, notApplicable: 4 };

/** Of several verdicts on one matter: the worst one speaks, the others' summaries and hints follow it, and all details are kept. */
export function together(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
  const sorted = [...verdicts].sort((a, b) => RANK[a.status] - RANK[b.status]);
  const status = sorted[0]?.status ?? 'ok';
  const told = sorted.filter(verdict => verdict.status === status);
  const hints = [...new Set(told.flatMap(({ hint }) => hint ?? []))];
  return {
    status,
    summary: told.map(({ summary }) => summary).join('; '),
    hint: hints.length === 0 ? null : hints.join('; '),
    details: Object.assign({}, ...verdicts.map(({ details }) => details)) as Details,
  };
}
