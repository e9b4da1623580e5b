import type { LadderAction, LadderEvent, LadderModel, LadderSettings } from './ladder-model.ts';
import { dueAt, newLadder, suspicion } from './ladder-model.ts';

/** Time and chance: monotonic milliseconds, and a number in [0, 1) at each call. */
export interface LadderContext {
  readonly now: number;
  readonly random: () => number;
}

type Step = readonly [LadderModel, readonly LadderAction[]];

/** Waits between a missed probe and the next; the last one repeats while an open call forbids the restart. */
const REPROBE_WAITS_MS = [5_000, 10_000, 20_000] as const;
const REPROBE_TIMEOUT_MS = 5_000;
/** No check sooner after a start: the first seconds belong to the client. */
const FIRST_CHECK_MS = 10_000;
/** After a resume all servers are checked within this time, each at its own moment. */
const RESUME_SPREAD_MS = 10_000;
/** Whoever sends the probe tells of its timeout; this much later we stop waiting for that, too. */
const LOST_RESULT_MS = 1_000;

const NOTHING: readonly LadderAction[] = [];

/**
 * The probing of one instance: decides when to probe, when a server is suspect, and when it is to be restarted.
 *
 * Pure and total: every event has an answer in every state, and where nothing changes the same model comes back.
 * One probe at most is under way. After each call, arm one timer for `dueAt(model)`.
 */
export function climb(model: LadderModel, event: LadderEvent, context: LadderContext): Step {
  if (event.type === 'ready') return ready(model, event.incarnation, context);
  if ('incarnation' in event && event.incarnation !== model.incarnation) return stay(model);
  if (model.state === 'idle') return stay(model);
  if (event.type === 'down') return stay(resting(model));
  // A restart has been asked for: no late sign of life takes it back, no second one follows.
  if (model.state === 'condemned') return stay(model);

  switch (event.type) {
    case 'heard':
      return stay(heard(model, context));
    case 'waited':
      return model.state === 'trusted' && model.probe === null ? send(model, context.now) : stay(model);
    case 'answered':
      return event.probe === model.probe?.number ? answered(model, event.ms, context) : stay(model);
    case 'missed':
      return event.probe === model.probe?.number ? missed(model, context) : stay(model);
    case 'calls':
      return restartIfDue({ ...model, openCalls: event.open, overdue: event.overdue }, context.now);
    case 'processState':
      return event.state === model.process
        ? stay(model)
        : restartIfDue({ ...model, process: event.state }, context.now);
    case 'resumed':
      return stay(resumed(model, context));
    case 'tick':
      return tick(model, context);
    default:
      return assertNever(event);
  }
}

/**
 * Longer than this a trusted server is never silent while checks run (twice the longest case); after it,
 * a verdict has nothing to stand on. Null when checks are off.
 */
export function staleAfterMs(settings: LadderSettings): number | null {
  if (settings.intervalMs === 0) return null;
  return 2 * (settings.intervalMs * 1.1 + 2 * (settings.pingMs + LOST_RESULT_MS));
}

function ready(model: LadderModel, incarnation: number, { now, random }: LadderContext): Step {
  if (incarnation < model.incarnation) return stay(model);
  const { intervalMs } = model.settings;
  const first = Math.min(FIRST_CHECK_MS, intervalMs);
  return stay({
    ...resting(model),
    state: 'trusted',
    incarnation,
    nextAt: intervalMs === 0 ? null : now + first + random() * (intervalMs - first),
  });
}

/** Nothing is kept of a life but its number, the numbers of its probes, and that the server ignores `ping`. */
function resting(model: LadderModel): LadderModel {
  const { settings, incarnation, lastProbe, pingUnsupported } = model;
  return { ...newLadder(settings), incarnation, lastProbe, pingUnsupported };
}

function heard(model: LadderModel, context: LadderContext): LadderModel {
  const probe = model.probe === null || model.probe.heard ? model.probe : { ...model.probe, heard: true };
  if (model.state === 'suspect') return { ...trusted(model, context), probe, process: 'running' };
  // Runs for every message of a server: without a probe to mark there is nothing to copy.
  return probe === model.probe && model.process === 'running' ? model : { ...model, probe, process: 'running' };
}

function answered(model: LadderModel, ms: number, context: LadderContext): Step {
  const { probe, owesCompare } = model;
  // A probe for a waiting call may still be under way when the check is due; then it is the check.
  const isCheck = owesCompare || (model.state === 'trusted' && isPast(model.nextAt, context.now));
  const next: LadderModel = {
    ...trusted(model, context),
    owesCompare: false,
    process: 'running',
    pingAnswered: model.pingAnswered || probe?.by === 'ping',
    // Only straight after a missed ping: an answer after a silence of both shows a server that was busy.
    pingUnsupported: model.pingUnsupported || probe?.isFallback === true,
    lastAnswer: { at: context.now, ms },
  };
  if (!isCheck) return stay(next);
  return [next, [{ type: 'compareTools', incarnation: model.incarnation, listed: probe?.by === 'list' }]];
}

function missed(model: LadderModel, context: LadderContext): Step {
  const { probe } = model;
  if (probe === null) return stay(model);
  const isStill = model.process !== 'running';
  // Many servers ignore `ping` and are well. Before one answer proved otherwise, the list has the last word.
  if (!isStill && probe.by === 'ping' && !model.pingAnswered && model.state === 'trusted') {
    return send({ ...model, probe: null, silentSince: probe.heard ? null : probe.sentAt }, context.now, true);
  }
  if (!isStill && probe.heard) return stay(trusted(model, context));

  const misses = model.misses + 1;
  const wait = REPROBE_WAITS_MS[Math.min(misses, REPROBE_WAITS_MS.length) - 1] ?? 0;
  const suspect: LadderModel = {
    ...model,
    state: 'suspect',
    probe: null,
    misses,
    silentSince: model.silentSince ?? probe.sentAt,
    nextAt: context.now + wait,
  };
  return restartIfDue(suspect, context.now);
}

function resumed(model: LadderModel, { now, random }: LadderContext): LadderModel {
  const nextAt = model.settings.intervalMs === 0 ? null : now + random() * RESUME_SPREAD_MS;
  return { ...model, state: 'trusted', probe: null, misses: 0, silentSince: null, owesCompare: false, nextAt };
}

function tick(model: LadderModel, context: LadderContext): Step {
  if (!isPast(dueAt(model), context.now)) return stay(model);
  if (model.probe !== null) return missed(model, context);
  if (model.state === 'suspect') return send(model, context.now);
  return send({ ...model, nextAt: nextCheck(model.settings, context), owesCompare: true }, context.now);
}

function send(model: LadderModel, now: number, isFallback = false): Step {
  // While nothing is known of its `ping`, a suspect is asked for a list: that is what every server answers.
  const unproven = model.state === 'suspect' && !model.pingAnswered;
  const by = isFallback || unproven || model.pingUnsupported ? 'list' : 'ping';
  const timeoutMs = model.state === 'suspect' ? REPROBE_TIMEOUT_MS : model.settings.pingMs;
  const number = model.lastProbe + 1;
  const deadline = now + timeoutMs + LOST_RESULT_MS;
  const type = by === 'ping' ? 'probe' : 'probeByList';
  return [
    { ...model, lastProbe: number, probe: { number, by, isFallback, sentAt: now, deadline, heard: false } },
    [{ type, incarnation: model.incarnation, probe: number, timeoutMs }],
  ];
}

/** A process that cannot run cannot answer either. One that runs gets every re-probe, and as long as a call may yet be answered. */
function restartIfDue(model: LadderModel, now: number): Step {
  if (model.state !== 'suspect') return stay(model);
  const isBusy = model.openCalls > 0 && !model.overdue;
  const isOut = model.misses > REPROBE_WAITS_MS.length && !isBusy;
  if (model.process === 'running' && !isOut) return stay(model);

  const { incarnation, misses } = model;
  const reason = suspicion(model, now) ?? '';
  const silentMs = now - (model.silentSince ?? now);
  return [
    { ...model, state: 'condemned', probe: null, nextAt: null },
    [{ type: 'restart', incarnation, reason, misses, silentMs }],
  ];
}

function trusted(model: LadderModel, context: LadderContext): LadderModel {
  const keepsCheck = model.state === 'trusted' && !isPast(model.nextAt, context.now);
  const nextAt = keepsCheck ? model.nextAt : nextCheck(model.settings, context);
  return { ...model, state: 'trusted', probe: null, misses: 0, silentSince: null, nextAt };
}

function nextCheck({ intervalMs }: LadderSettings, { now, random }: LadderContext): number | null {
  return intervalMs === 0 ? null : now + intervalMs * (0.9 + random() * 0.2);
}

const isPast = (at: number | null, now: number): boolean => at !== null && at <= now;

const stay = (model: LadderModel): Step => [model, NOTHING];

function assertNever(value: never): never {
  throw new TypeError(`no such event: ${JSON.stringify(value)}`);
}
