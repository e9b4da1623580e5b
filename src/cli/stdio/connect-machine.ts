/** A manager that a bridge may join. */
export interface Known {
  /** Tells one life of a manager from another. */
  readonly key: string;
  /** Null as long as it does not listen. */
  readonly url: string | null;
  /** It runs inside another client's `connect`. */
  readonly isGuest: boolean;
}

interface Lost {
  readonly key: string;
  readonly isGuest: boolean;
  /** Monotonic ms. */
  readonly at: number;
}

/**
 * `looking`: asked who holds the state folder · `waiting`: to look again · `racing`: for the lock, or opening a manager of our own ·
 * `joined`: to a manager, our own or another's · `left`: the client is gone.
 */
export type State =
  | { readonly name: 'looking' | 'waiting' | 'racing' | 'left' }
  | { readonly name: 'joined'; readonly manager: Known; readonly since: number };

export interface Model {
  readonly state: State;
  readonly isHosting: boolean;
  readonly lost: Lost | null;
}

export type Event =
  | { readonly type: 'start' }
  /** The holder of the state folder; null where it is free. */
  | { readonly type: 'found'; readonly manager: Known | null }
  /** We have won the race, and our own manager listens. */
  | { readonly type: 'hosted'; readonly manager: Known }
  /** Somebody else was faster. */
  | { readonly type: 'outrun' }
  /** No manager can be run here. */
  | { readonly type: 'unable'; readonly error: Error }
  | { readonly type: 'lost'; readonly isSessionLost: boolean; readonly error: Error; readonly isHopeless: boolean }
  | { readonly type: 'timer' }
  /** Somebody wants our own manager to end ("holdfast down"). */
  | { readonly type: 'toldToStop' }
  /** Our own manager has ended, and the state folder is free. */
  | { readonly type: 'stopped' }
  | { readonly type: 'leave' };

export type Effect =
  | { readonly type: 'look' }
  | { readonly type: 'race' }
  | { readonly type: 'join'; readonly manager: Known }
  | { readonly type: 'timer'; readonly ms: number }
  /** Answers what waits: it will not be served soon. */
  | { readonly type: 'fail'; readonly error: Error }
  | { readonly type: 'stopHosting' };

type Next = readonly [Model, readonly Effect[]];

/** Looks at the state folder are so far apart. */
const LOOK_MS = 100;
/** A manager that was lost and still holds the folder is about to end, or was lost for another reason. */
const STALE_MS = 1_000;
/** Who has stopped `holdfast up` may be about to start it again; whoever hosts before that is in its way. */
const PATIENCE_MS = 3_000;
/** After a mistake that a person has to mend. */
const UNABLE_MS = 5_000;

export const firstModel: Model = { state: { name: 'looking' }, isHosting: false, lost: null };

/** Where one `connect` stands between managers: pure, and an answer to every event in every state. */
export function transition(model: Model, event: Event, now: number): Next {
  const { state } = model;
  if (event.type === 'leave') {
    if (state.name === 'left') return [model, []];
    return [{ ...model, state: { name: 'left' } }, model.isHosting ? [{ type: 'stopHosting' }] : []];
  }
  // What was won too late is given back.
  if (state.name === 'left') return [model, event.type === 'hosted' ? [{ type: 'stopHosting' }] : []];
  switch (event.type) {
    case 'start':
      return look(model);
    case 'timer':
      return state.name === 'waiting' ? look(model) : [model, []];
    case 'found':
      return state.name === 'looking' ? onFound(model, event.manager, now) : [model, []];
    case 'hosted':
      return join({ ...model, isHosting: true }, event.manager, now);
    case 'outrun':
      return wait(model, LOOK_MS);
    case 'unable':
      return wait(model, UNABLE_MS, { type: 'fail', error: event.error });
    case 'lost':
      return state.name === 'joined' ? onLost(model, state, event, now) : [model, []];
    case 'toldToStop': {
      if (!model.isHosting) return [model, []];
      const key = state.name === 'joined' ? state.manager.key : '';
      const lost: Lost = { key, isGuest: false, at: now };
      return [{ ...model, state: { name: 'racing' }, lost }, [{ type: 'stopHosting' }]];
    }
    case 'stopped':
      return look({ ...model, isHosting: false });
  }
}

function onFound(model: Model, found: Known | null, now: number): Next {
  const { lost } = model;
  if (found === null) {
    const mayComeBack = lost !== null && !lost.isGuest && now - lost.at < PATIENCE_MS;
    return mayComeBack ? wait(model, LOOK_MS) : [{ ...model, state: { name: 'racing' } }, [{ type: 'race' }]];
  }
  const isEnding = lost?.key === found.key && now - lost.at < STALE_MS;
  return found.url === null || isEnding ? wait(model, LOOK_MS) : join(model, found, now);
}

function onLost(
  model: Model,
  { manager, since }: Extract<State, { name: 'joined' }>,
  { isSessionLost, error, isHopeless }: Extract<Event, { type: 'lost' }>,
  now: number,
): Next {
  const fail: readonly Effect[] = isHopeless ? [{ type: 'fail', error }] : [];
  // It is there, and only does not know us any more; but not again and again.
  const isThere = isSessionLost || model.isHosting;
  if (isThere && now - since >= LOOK_MS) {
    const [joined, effects] = join(model, manager, now);
    return [joined, [...fail, ...effects]];
  }
  const lost: Lost = { key: isThere ? '' : manager.key, isGuest: manager.isGuest, at: now };
  const [looking, effects] = isThere ? wait({ ...model, lost }, LOOK_MS) : look({ ...model, lost });
  return [looking, [...fail, ...effects]];
}

const look = (model: Model): Next => [{ ...model, state: { name: 'looking' } }, [{ type: 'look' }]];

const join = (model: Model, manager: Known, now: number): Next => [
  { ...model, state: { name: 'joined', manager, since: now } },
  [{ type: 'join', manager }],
];

const wait = (model: Model, ms: number, ...before: Effect[]): Next => [
  { ...model, state: { name: 'waiting' } },
  [...before, { type: 'timer', ms }],
];
