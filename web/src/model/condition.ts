import { count, NONE } from './format.ts';
import type { InstanceStatus, ServerStatus } from './wire.ts';

/** From what is well to what is worst; each has a shape and words besides its colour. */
export const tones = ['good', 'rest', 'busy', 'warn', 'bad'] as const;
export type Tone = (typeof tones)[number];

/** How a server is, for people. */
export interface Condition {
  readonly tone: Tone;
  /** One or two words: `ready`, `degraded`, `down`, `failed`. */
  readonly word: string;
  /** A sentence; null where there is nothing to say. */
  readonly why: string | null;
  /** What to do; null where nothing needs to be done. */
  readonly hint: string | null;
  readonly code: string | null;
  readonly stderrTail: readonly string[];
  /** When it is tried again; `attempt` is null where it is no longer one of a row. */
  readonly next: { readonly at: number; readonly attempt: number | null; readonly of: number } | null;
}

/** The worst of a server's processes speaks for it. */
export function conditionOf(server: ServerStatus): Condition {
  const own = conditionOfInstance(server);
  const worst = server.instances
    .filter(({ instance }) => instance !== server.instance)
    .map(instance => ({ instance, condition: conditionOfInstance(instance) }))
    .reduce<{ instance: InstanceStatus; condition: Condition }>(
      (known, other) => (rank(other.condition) > rank(known.condition) ? other : known),
      { instance: server, condition: own },
    );
  if (worst.instance === server || rank(worst.condition) <= tones.indexOf('busy')) return own;
  const { condition, instance } = worst;
  return { ...condition, why: `process #${instance.instance}: ${condition.why ?? condition.word}` };
}

function conditionOfInstance(status: InstanceStatus): Condition {
  const error = errorOf(status);
  const none = { why: null, hint: null, code: null, stderrTail: [], next: null } as const;
  const survivors = status.survivors.length === 0 ? null : `could not be ended: pid ${status.survivors.join(', ')}`;
  switch (status.state) {
    case 'failed':
      return { ...error, tone: 'bad', word: 'failed', why: joined(error.why, survivors), next: nextOf(status) };
    case 'backoff':
      return { ...error, tone: 'bad', word: 'down', next: nextOf(status) };
    case 'starting':
      return { ...none, tone: 'busy', word: 'starting', why: startingWhy(status) };
    case 'stopping':
      return { ...none, tone: 'busy', word: 'stopping' };
    case 'stopped':
      if (status.desired === 'onDemand')
        return { ...none, tone: 'rest', word: 'resting', why: status.reason?.replace(/^resting /, '') ?? null };
      return survivors === null
        ? {
            ...none,
            tone: 'rest',
            word: 'stopped',
            why: 'stopped on request; its tools are in no list until it is started',
          }
        : { ...none, tone: 'bad', word: 'stopped', why: survivors, hint: 'end these processes, then start it again' };
    case 'ready':
      return readyCondition(status);
  }
}

function readyCondition({ health, reason, missingTools }: InstanceStatus): Condition {
  const base = { code: null, stderrTail: [], next: null, why: reason } as const;
  switch (health) {
    case 'healthy':
    case 'unknown':
      return { ...base, why: null, hint: null, tone: 'good', word: 'ready' };
    case 'degraded':
      return {
        ...base,
        tone: 'warn',
        word: 'degraded',
        hint:
          missingTools.length > 0
            ? `restart it if ${missingTools.length === 1 ? 'this tool' : 'these tools'} should be there`
            : 'it still answers; look at its response times and its log, and restart it if this lasts',
      };
    case 'suspect':
      return {
        ...base,
        tone: 'warn',
        word: 'suspect',
        hint: 'nothing yet: it is looked at more closely until it is certain',
      };
    case 'unhealthy':
      return {
        ...base,
        tone: 'bad',
        word: 'unhealthy',
        hint: 'it is restarted by itself; its log tells what it did last',
      };
  }
}

/** Where it comes from, if it was there before. */
function startingWhy({ incarnation, attempt, deaths }: InstanceStatus): string | null {
  const last = deaths.at(-1);
  if (incarnation <= 1 || last === undefined || attempt.number <= 1) return null;
  return `${last.message}; this is attempt ${attempt.number} of ${attempt.of}`;
}

function nextOf({ state, nextTryAt, attempt }: InstanceStatus): Condition['next'] {
  if (nextTryAt === null) return null;
  return { at: Date.parse(nextTryAt), attempt: state === 'backoff' ? attempt.number : null, of: attempt.of };
}

function errorOf({ lastError }: InstanceStatus): Pick<Condition, 'why' | 'hint' | 'code' | 'stderrTail'> {
  const { message, hint, code, stderrTail } = lastError ?? {};
  return {
    why: text(message) ?? 'it is down for no known reason',
    hint: text(hint),
    code: text(code),
    stderrTail: Array.isArray(stderrTail) ? stderrTail.filter(line => typeof line === 'string') : [],
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const rank = ({ tone }: Condition): number => tones.indexOf(tone);
const joined = (...parts: readonly (string | null)[]): string => parts.filter(part => part !== null).join('; ');

/** Problems first, each kind in the order of the configuration. */
export function byBadness(servers: readonly ServerStatus[]): ServerStatus[] {
  return servers
    .map((server, index) => ({ server, index, badness: Math.max(rank(conditionOf(server)), tones.indexOf('busy')) }))
    .sort((a, b) => b.badness - a.badness || a.index - b.index)
    .map(({ server }) => server);
}

/** Figures of all of a server's processes together; null where none of them has one. */
export function sumOf(server: ServerStatus, figure: (instance: InstanceStatus) => number | null): number | null {
  const all = server.instances.length === 0 ? [server] : server.instances;
  const known = all.map(figure).filter(value => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Failures as a share of the calls; null where there was no call. */
export function errorShare({ p50 }: { readonly p50: number | null }, errorRate: number): number | null {
  return p50 === null && errorRate === 0 ? null : errorRate;
}

/** Restarts that neither a person nor an option wanted. */
export function crashesOf(server: ServerStatus): number {
  const crashes = ({ restarts: { total, byCause } }: InstanceStatus): number =>
    total - (byCause.REQUESTED ?? 0) - (byCause.MAX_AGE ?? 0);
  return sumOf(server, crashes) ?? 0;
}

/** `2 × PROCESS_EXITED, 1 × REQUESTED` */
export function causesOf(server: ServerStatus): string {
  const causes = new Map<string, number>();
  for (const { restarts } of server.instances.length === 0 ? [server] : server.instances)
    for (const [cause, times] of Object.entries(restarts.byCause)) causes.set(cause, (causes.get(cause) ?? 0) + times);
  return causes.size === 0 ? NONE : [...causes].map(([cause, times]) => `${times} × ${cause}`).join(', ');
}

/** `2 processes`, where it is more than one. */
export function processesOf(server: ServerStatus): string | null {
  return server.instances.length > 1 ? count(server.instances.length, 'process', 'processes') : null;
}
