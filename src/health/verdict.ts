import type { Category } from '../errors/holdfast-error.ts';
import type { Fault, Health, ServerState } from '../telemetry/events.ts';
import type { LatencySummary } from './latency.ts';
import { type Excess, nearWords } from './limits.ts';

/** Everything a verdict stands on, gathered by the caller at one moment. */
export interface HealthFacts {
  readonly state: ServerState;
  /** Why the process is not running; used while `backoff` and `failed`. */
  readonly fault: Pick<Fault, 'category' | 'message'> | null;
  /** Why the server is suspect (`suspicion` of the ladder); null while it is trusted. */
  readonly suspicion: string | null;
  /** Time since its last valid message. The answer to `initialize` is the first, so a server not yet probed has one. */
  readonly silentMs: number;
  /** How long a silence may last before it says nothing any more (`staleAfterMs` of the ladder); null where checks are off. */
  readonly staleAfterMs: number | null;
  /** Tools of the catalogue that the server no longer lists. */
  readonly missingTools: readonly string[];
  /** How long the last check waited for the list of tools in vain; null where it came. */
  readonly listSilentMs: number | null;
  /** The limits of its configuration that it is near to. */
  readonly nearLimits: readonly Excess[];
  /** A tool's own `isError: true` must not be among the failures: it is the tool's answer, not the server's error. */
  readonly latency: LatencySummary;
  /** Slow is a p95 above this; 0 = no budget. */
  readonly latencyBudgetMs: number;
  /** Bad is a share of failed calls above this, 0 to 1. */
  readonly errorRate: number;
}

export interface Verdict {
  readonly health: Health;
  readonly category: Category | null;
  /** For people; lower-case, no full stop. */
  readonly reason: string | null;
}

/** Fewer calls than this in the window are no sample: one slow call would be its own 95th percentile. */
const MIN_CALLS = 10;
const NAMES_SHOWN = 5;

/**
 * The health of one instance. `healthy` is said only of a server that is ready, answers what it is asked, and has been
 * heard within the time in which a check must have reached it.
 */
export function judge(facts: HealthFacts): Verdict {
  switch (facts.state) {
    case 'stopped':
    case 'starting':
    case 'stopping':
      return { health: 'unknown', category: null, reason: `the server is ${facts.state}` };
    case 'backoff':
    case 'failed':
      return {
        health: 'unhealthy',
        category: facts.fault?.category ?? 'process',
        reason: facts.fault?.message ?? 'the server is down',
      };
    case 'ready':
      return judgeReady(facts);
    default:
      return assertNever(facts.state);
  }
}

function judgeReady(facts: HealthFacts): Verdict {
  if (facts.suspicion !== null) return { health: 'suspect', category: 'connection', reason: facts.suspicion };
  if (facts.staleAfterMs !== null && facts.silentMs > facts.staleAfterMs) {
    const reason = `not heard for ${Math.round(facts.silentMs / 1_000)} s, and its check is overdue`;
    return { health: 'unknown', category: null, reason };
  }
  const complaints = [missingTools(facts), silentList(facts), errors(facts), slowness(facts), limits(facts)].filter(
    isComplaint,
  );
  const [worst] = complaints;
  if (worst === undefined) return { health: 'healthy', category: null, reason: null };
  return { health: 'degraded', category: worst.category, reason: complaints.map(({ reason }) => reason).join('; ') };
}

interface Complaint {
  readonly category: Category;
  readonly reason: string;
}

const isComplaint = (complaint: Complaint | null): complaint is Complaint => complaint !== null;

function missingTools({ missingTools: names }: HealthFacts): Complaint | null {
  if (names.length === 0) return null;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return { category: 'tool', reason: `tools are missing: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}` };
}

function silentList({ listSilentMs }: HealthFacts): Complaint | null {
  if (listSilentMs === null) return null;
  return {
    category: 'tool',
    reason: `did not list its tools within ${Math.round(listSilentMs / 1_000)} s, though it answers`,
  };
}

function errors({ latency, errorRate }: HealthFacts): Complaint | null {
  if (latency.count < MIN_CALLS || latency.errorRate <= errorRate) return null;
  const reason = `${percent(latency.errorRate)} of the last ${latency.count} calls failed, the limit is ${percent(errorRate)}`;
  return { category: 'tool', reason };
}

function slowness({ latency, latencyBudgetMs }: HealthFacts): Complaint | null {
  if (latencyBudgetMs === 0 || latency.count < MIN_CALLS) return null;
  if (latency.p95 === null || latency.p95 <= latencyBudgetMs) return null;
  return {
    category: 'tool',
    reason: `slow: p95 is ${Math.round(latency.p95)} ms, the budget is ${latencyBudgetMs} ms`,
  };
}

function limits({ nearLimits }: HealthFacts): Complaint | null {
  if (nearLimits.length === 0) return null;
  return { category: 'resource', reason: nearLimits.map(nearWords).join('; ') };
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

function assertNever(value: never): never {
  throw new TypeError(`no such state: ${String(value)}`);
}
