import { HoldfastError } from '../errors/holdfast-error.ts';
import { assertNever } from './assert-never.ts';
import { backoffDelay, DEMAND_AFTER_MS, halfOpenMs, isCrashLoop, withinWindow } from './restart-policy.ts';
import { deadlineMs, handshakeMs, overdue } from './start-deadlines.ts';
import type { Context, Effect, Event, Goal, Model, Policy, State, Step, Why } from './state.ts';

type Next = readonly [Model, readonly Effect[]];

/**
 * The whole life of an instance: what it becomes and what is to be done, for every event in every state. Pure.
 *
 * ```
 * stopped → starting(admission → spawn → initialize → tools) → ready → stopping → { stopped | backoff → starting | failed }
 * ```
 * Every way down goes through `stopping`, and `cleaned` is the only way out of it; hence never two lives at once.
 */
export function transition(model: Model, event: Event, policy: Policy, context: Context): Next {
  if ('incarnation' in event && event.incarnation !== model.incarnation) return stay(model);
  switch (event.type) {
    case 'start':
      return onStart({ ...model, desired: 'up' });
    case 'stop':
      return onStop({ ...model, desired: 'down' });
    case 'restart':
      return onRestart({ ...model, desired: model.desired === 'down' ? 'up' : model.desired });
    case 'demand':
      return onDemand(model, context);
    case 'handOver':
      return isThere(model) ? bringDown(model, 'relaunch', null, 'client') : stay(model);
    case 'timer':
      return onTimer(model, event, policy, context);
    case 'resumed':
      return onResumed(model, policy, context);
    case 'admitted':
      return advance(model, 'admission', { step: 'spawn', dueMs: policy.startup.spawnMs }, 'launch', context);
    case 'resolved':
      return model.state.name === 'starting' && model.state.step === 'spawn'
        ? stay({ ...model, state: { ...model.state, mayDownload: event.mayDownload } })
        : stay(model);
    case 'spawned':
      return advance(
        model,
        'spawn',
        { step: 'initialize', dueMs: handshakeMs(model.state, policy) },
        'initialize',
        context,
      );
    case 'initialized':
      return advance(model, 'initialize', { step: 'tools', dueMs: policy.startup.toolsMs }, 'list', context);
    case 'paged':
      return model.state.name === 'starting' && model.state.step === 'tools'
        ? stay({ ...model, state: { ...model.state, due: context.now + policy.startup.toolsMs } })
        : stay(model);
    case 'listed':
      return onListed(model, policy, context);
    case 'proven':
      return onProven(model, policy, context);
    case 'idle':
      return onIdle(model);
    case 'aged':
      return model.state.name === 'ready' ? bringDown(model, 'relaunch', null, 'maxAge') : stay(model);
    case 'down':
      return onDown(model, event.fault, policy, context);
    case 'cleaned':
      return onCleaned(model, event.survivors, policy, context);
    default:
      return assertNever(event);
  }
}

const isThere = ({ state }: Model): boolean => state.name === 'starting' || state.name === 'ready';

function stay(model: Model): Next {
  return [model, []];
}

function onStart(model: Model): Next {
  switch (model.state.name) {
    case 'stopped':
    case 'backoff':
    case 'failed':
      return launch(forgiven(model));
    case 'stopping':
      // A person who says "start" does not want to wait out a backoff: one fresh launch once the old life is gone.
      return stay({ ...forgiven(model), state: { ...model.state, goal: 'relaunch', why: null } });
    case 'starting':
    case 'ready':
      return stay(model);
    default:
      return assertNever(model.state);
  }
}

function onStop(model: Model): Next {
  const { state } = model;
  switch (state.name) {
    case 'stopped':
      return stay(model);
    case 'failed':
      return model.survivors.length > 0 ? finishOff(model, 'rest') : rest(model);
    case 'backoff':
      return rest(model);
    case 'starting':
    case 'ready':
      return bringDown(model, 'rest', null);
    case 'stopping':
      // A second stop is impatient. A first one only leaves the calls that were held for the next life without one.
      return [
        { ...model, state: { ...state, goal: 'rest', why: null } },
        state.goal === 'rest' && state.why === null
          ? [{ type: 'hasten', incarnation: model.incarnation }]
          : [{ type: 'close', incarnation: model.incarnation, fault: null, isFinal: true }],
      ];
    default:
      return assertNever(state);
  }
}

function onRestart(model: Model): Next {
  switch (model.state.name) {
    case 'stopped':
    case 'backoff':
    case 'failed':
      return launch(forgiven(model));
    case 'starting':
    case 'ready':
      return bringDown(forgiven(model), 'relaunch', null);
    case 'stopping':
      return stay({ ...forgiven(model), state: { ...model.state, goal: 'relaunch', why: null } });
    default:
      return assertNever(model.state);
  }
}

function onDemand(model: Model, context: Context): Next {
  const { state } = model;
  if (model.desired === 'down') return stay(model);
  if (state.name === 'stopped') return launch(model);
  // It was about to rest.
  if (state.name === 'stopping' && state.goal === 'rest') {
    return stay({ ...model, state: { ...state, goal: 'relaunch' } });
  }
  if (state.name === 'failed' && context.now - state.since >= DEMAND_AFTER_MS) return launch(model);
  return stay(model);
}

function onTimer(model: Model, event: Event & { type: 'timer' }, policy: Policy, context: Context): Next {
  const { state } = model;
  if (state.due !== event.due) return stay(model);
  switch (state.name) {
    case 'starting':
      return onDown(model, overdue(state, policy, event.evidence), policy, context);
    case 'ready':
      return stay(
        state.isProven
          ? refilled({ ...model, state: { ...state, due: null } })
          : { ...model, state: { ...state, due: null } },
      );
    case 'backoff':
    case 'failed':
      return launch(model);
    default:
      return assertNever(state);
  }
}

/** The machine slept, or its clock jumped: a start gets the whole time of its step again. */
function onResumed(model: Model, policy: Policy, context: Context): Next {
  const { state } = model;
  if (state.name !== 'starting' || state.due === null) return stay(model);
  return stay({ ...model, state: { ...state, due: context.now + deadlineMs(state, policy) } });
}

function onListed(model: Model, policy: Policy, context: Context): Next {
  if (model.state.name !== 'starting' || model.state.step !== 'tools') return stay(model);
  const state: State = {
    name: 'ready',
    since: context.now,
    due: context.now + policy.restart.stableMs,
    isProven: false,
  };
  return [{ ...model, state }, [{ type: 'open', incarnation: model.incarnation }]];
}

/** The budget comes back on uptime and a sign of life, never on a mere spawn. */
function onProven(model: Model, policy: Policy, context: Context): Next {
  const { state } = model;
  if (state.name !== 'ready') return stay(model);
  const proven: Model = { ...model, state: { ...state, isProven: true } };
  return stay(context.now - state.since >= policy.restart.stableMs ? refilled(proven) : proven);
}

/** Nobody has needed it for a while: from now on it rests until somebody does. A life that ends so is as good as a long one. */
function onIdle(model: Model): Next {
  if (model.state.name !== 'ready') return stay(model);
  const rested = model.state.isProven ? refilled(model) : model;
  return bringDown({ ...rested, desired: 'onDemand' }, 'rest', null, 'idle');
}

function onDown(model: Model, fault: HoldfastError, policy: Policy, context: Context): Next {
  // While stopping the first reason stands: a process that we end also exits.
  if (!isThere(model)) return stay(model);
  const exits = [...withinWindow(model.exits, context.now, policy.restart), context.now];
  return bringDown({ ...model, failures: model.failures + 1, exits }, 'recover', fault);
}

function onCleaned(model: Model, survivors: readonly number[], policy: Policy, context: Context): Next {
  const { state } = model;
  if (state.name !== 'stopping') return stay(model);
  const next: Model = { ...model, survivors };
  if (survivors.length > 0) {
    const fault = new HoldfastError('PROCESS_SURVIVED', {
      details: { pids: survivors.join(', ') },
      cause: state.fault ?? undefined,
    });
    return fail(next, fault, policy, context);
  }
  if (state.goal === 'relaunch') return launch(next);
  // A wish to be down has made the goal `rest`; only a fault is recovered from.
  return state.goal === 'rest' || state.fault === null ? rest(next) : recover(next, state.fault, policy, context);
}

function recover(model: Model, fault: HoldfastError, policy: Policy, context: Context): Next {
  if (!fault.retryable) return fail(model, fault, policy, context);
  if (isCrashLoop(model.exits, context.now, policy.restart)) {
    const loop = new HoldfastError('PROCESS_CRASH_LOOP', {
      details: { exits: model.exits.length, windowMs: policy.restart.windowMs, last: fault.message },
      stderrTail: fault.stderrTail,
      cause: fault,
    });
    return fail(model, loop, policy, context);
  }
  if (model.failures > policy.restart.retries) return fail(model, fault, policy, context);
  const delayMs = backoffDelay(model.failures - 1, policy.restart, context.random);
  return stay({ ...model, state: { name: 'backoff', due: context.now + delayMs, delayMs, fault } });
}

function fail(model: Model, fault: HoldfastError, policy: Policy, context: Context): Next {
  const due = model.desired === 'up' ? context.now + halfOpenMs(fault, policy) : null;
  return [{ ...model, state: { name: 'failed', due, since: context.now, fault } }, [{ type: 'settle', fault }]];
}

function rest(model: Model): Next {
  return [{ ...model, state: { name: 'stopped', due: null } }, [{ type: 'settle', fault: null }]];
}

/** Begins a new life, or first ends what is left of the old one: never a second copy beside survivors. */
function launch(model: Model): Next {
  const incarnation = model.incarnation + 1;
  if (model.survivors.length > 0) return finishOff(model, 'relaunch');
  return [
    { ...model, incarnation, state: { name: 'starting', step: 'admission', due: null, mayDownload: false } },
    [{ type: 'admit', incarnation }],
  ];
}

function finishOff(model: Model, goal: Goal): Next {
  return [
    { ...model, state: { name: 'stopping', due: null, goal, fault: null, why: null } },
    [{ type: 'clean', incarnation: model.incarnation, isGentle: false, survivors: model.survivors }],
  ];
}

function bringDown(model: Model, goal: Goal, fault: HoldfastError | null, why: Why | null = null): Next {
  const { incarnation } = model;
  return [
    { ...model, state: { name: 'stopping', due: null, goal, fault, why } },
    [
      // Of one that is idle the next life may begin at any moment.
      { type: 'close', incarnation, fault, isFinal: goal === 'rest' && why === null },
      { type: 'clean', incarnation, isGentle: fault === null, survivors: [] },
    ],
  ];
}

function advance(
  model: Model,
  from: Step,
  to: { step: Step; dueMs: number },
  effect: 'launch' | 'initialize' | 'list',
  context: Context,
): Next {
  const { state, incarnation } = model;
  if (state.name !== 'starting' || state.step !== from) return stay(model);
  return [
    { ...model, state: { ...state, step: to.step, due: context.now + to.dueMs } },
    [{ type: effect, incarnation }],
  ];
}

/** Uptime gives the retries back; the exits stay counted, so that a slow crash loop shows. */
function refilled(model: Model): Model {
  return { ...model, failures: 0 };
}

/** A person's word wipes the slate. */
function forgiven(model: Model): Model {
  return { ...model, failures: 0, exits: [] };
}
