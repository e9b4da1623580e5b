/** The parts of a server's `health` options that the ladder needs; `HealthOptions` fits. */
export interface LadderSettings {
  /** Time between two checks of an idle server; 0 turns the periodic check off, not the probes of a waiting call. */
  readonly intervalMs: number;
  /** How long a first probe may take. */
  readonly pingMs: number;
}

/**
 * `idle`: no process that is ready · `trusted` · `suspect`: a probe was missed and nothing has been heard since ·
 * `condemned`: a restart was asked for; only `down` and `ready` lead out.
 */
export type LadderState = 'idle' | 'trusted' | 'suspect' | 'condemned';

/** As the operating system shows the server's process: `stopped` by SIGSTOP or SIGTSTP, `zombie` dead and not yet reaped. */
export type ProcessState = 'running' | 'stopped' | 'zombie';

/** The one probe that has been sent and has no result yet. */
export interface ProbeUnderWay {
  readonly number: number;
  readonly by: 'ping' | 'list';
  /** A list that was asked for because the `ping` just before it went unanswered. */
  readonly isFallback: boolean;
  readonly sentAt: number;
  /** When silence counts as a miss although no result came. */
  readonly deadline: number;
  /** Whether the server said anything since; then a missing answer means busy, not dead. */
  readonly heard: boolean;
}

/** Everything the ladder knows of one instance. Times are monotonic milliseconds. Make it with `newLadder`, change it with `climb`. */
export interface LadderModel {
  readonly settings: LadderSettings;
  readonly state: LadderState;
  readonly incarnation: number;
  readonly probe: ProbeUnderWay | null;
  /** The number of the latest probe; never used twice, so a result needs no incarnation to be known as stale. */
  readonly lastProbe: number;
  /** The next check while trusted, the next re-probe while suspect. */
  readonly nextAt: number | null;
  /** Probes missed in a row, the first included. */
  readonly misses: number;
  /** When the first of the unanswered probes was sent. */
  readonly silentSince: number | null;
  /** A periodic check has begun and its comparison of lists is still to come. */
  readonly owesCompare: boolean;
  /** In this incarnation. Not kept longer: a server may be upgraded to one that ignores `ping`. */
  readonly pingAnswered: boolean;
  /** The server ignores `ping` and answers lists; kept from one incarnation to the next. */
  readonly pingUnsupported: boolean;
  readonly openCalls: number;
  readonly overdue: boolean;
  readonly process: ProcessState;
  /** The latest answered probe of this incarnation: when, and how long it took. */
  readonly lastAnswer: { readonly at: number; readonly ms: number } | null;
}

/**
 * What the ladder is told. `incarnation` and `probe` (as given in the action) let it drop what comes too late.
 *
 * - `ready`: the handshake of a new life is done; everything but `pingUnsupported` starts afresh. Calls that are
 *   already open are to be told after it.
 * - `down`: the process is gone, or is being stopped.
 * - `heard`: any valid message from the server, an answer to a probe too (before its `answered`).
 * - `waited`: a call has waited `waitedMs` without a byte from the server.
 * - `answered`, `missed`: the result of a probe; an error is an answer. A probe that cannot be written is missed.
 * - `calls`: how many calls are open, and whether the deadline of the oldest has passed; that is to be told before the
 *   call is forgotten. Send it at every change.
 * - `processState`: send it at every look, not only at a change: `heard` takes a `stopped` back.
 * - `resumed`: the machine slept, the clock jumped, or our own event loop stood still. It comes before any result of that time.
 * - `tick`: the time of `dueAt` has come.
 */
export type LadderEvent =
  | { readonly type: 'ready'; readonly incarnation: number }
  | { readonly type: 'down'; readonly incarnation: number }
  | { readonly type: 'heard'; readonly incarnation: number }
  | { readonly type: 'waited'; readonly incarnation: number }
  | { readonly type: 'answered'; readonly probe: number; readonly ms: number }
  | { readonly type: 'missed'; readonly probe: number }
  | { readonly type: 'calls'; readonly incarnation: number; readonly open: number; readonly overdue: boolean }
  | { readonly type: 'processState'; readonly incarnation: number; readonly state: ProcessState }
  | { readonly type: 'resumed' }
  | { readonly type: 'tick' };

/**
 * What the ladder asks for.
 *
 * - `probe`: send `ping`; `probeByList`: ask for the first page of `tools/list`. Report `answered` or `missed` with the
 *   same number within `timeoutMs`; a result that never comes counts as missed one second later.
 * - `compareTools`: compare the server's tools with the catalogue. `listed`: the probe was a list itself, and what it
 *   brought may be used instead of asking again. How it ends is not the ladder's business.
 * - `restart`: the server does not answer; answer with `down`. It is asked for once in an incarnation.
 */
export type LadderAction =
  | ({ readonly type: 'probe' | 'probeByList'; readonly probe: number; readonly timeoutMs: number } & OfLife)
  | ({ readonly type: 'compareTools'; readonly listed: boolean } & OfLife)
  | ({
      readonly type: 'restart';
      readonly reason: string;
      readonly misses: number;
      readonly silentMs: number;
    } & OfLife);

interface OfLife {
  readonly incarnation: number;
}

/** A ladder before the first `ready`. */
export function newLadder(settings: LadderSettings): LadderModel {
  return {
    settings,
    state: 'idle',
    incarnation: 0,
    probe: null,
    lastProbe: 0,
    nextAt: null,
    misses: 0,
    silentSince: null,
    owesCompare: false,
    pingAnswered: false,
    pingUnsupported: false,
    openCalls: 0,
    overdue: false,
    process: 'running',
    lastAnswer: null,
  };
}

/** When to send `tick`, in monotonic milliseconds; null when there is nothing to wait for. The only timer the ladder needs. */
export function dueAt(model: LadderModel): number | null {
  return model.probe === null ? model.nextAt : model.probe.deadline;
}

/** Why the server is suspect, for people; null while it is trusted or idle. */
export function suspicion(model: LadderModel, now: number): string | null {
  if (model.state !== 'suspect' && model.state !== 'condemned') return null;
  const seconds = Math.round((now - (model.silentSince ?? now)) / 1_000);
  const silence = `no answer to ${model.misses} ${model.misses === 1 ? 'probe' : 'probes'} in ${seconds} s`;
  return model.process === 'running' ? silence : `${silence}, its process is ${howStill[model.process]}`;
}

const howStill = { stopped: 'stopped by a signal', zombie: 'a zombie' } as const;
