import assert from 'node:assert/strict';
import { resolveOptions } from '../../src/config/options.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import {
  createModel,
  type Desired,
  type Effect,
  type Event,
  type Evidence,
  type Model,
  type Policy,
} from '../../src/lifecycle/state.ts';
import { transition } from '../../src/lifecycle/transition.ts';

/** The numbers of DESIGN §3, as the configuration fills them in where nothing is said. */
export function policyWith(restart: Partial<Policy['restart']> = {}): Policy {
  const defaults = resolveOptions({}, {});
  assert.ok(defaults !== undefined);
  return { restart: { ...defaults.restart, ...restart }, startup: defaults.startup };
}

export const crash = (): HoldfastError => new HoldfastError('PROCESS_EXITED', { details: { how: 'exit code 1' } });
export const permanent = (): HoldfastError =>
  new HoldfastError('PROCESS_COMMAND_NOT_FOUND', { details: { command: 'nowhere' } });

/** What may happen, in words: a story is a list of them. */
export type Word =
  | Exclude<Event['type'], 'timer' | 'down' | 'cleaned' | 'resolved'>
  | 'resolved'
  | 'downloads'
  | 'crash'
  | 'permanent'
  | 'cleaned'
  | 'survived'
  | 'due';

/** One instance in a test's hands. The clock stands still but for `wait` and the word `due`. */
export class Driver {
  model: Model;
  now = 0;
  /** Effects of the last event. */
  effects: readonly Effect[] = [];
  readonly policy: Policy;
  readonly random: () => number;

  constructor(desired: Desired = 'down', policy: Policy = policyWith(), random: () => number = () => 0.5) {
    this.model = createModel(desired);
    this.policy = policy;
    this.random = random;
  }

  /** Hands over one event and keeps what came of it. */
  send(event: Event): this {
    [this.model, this.effects] = transition(this.model, event, this.policy, { now: this.now, random: this.random });
    return this;
  }

  play(...words: readonly Word[]): this {
    for (const word of words) this.send(this.eventOf(word));
    return this;
  }

  /** From a wish or a timer to `ready`, without a hitch. */
  comeUp(): this {
    return this.play('admitted', 'resolved', 'spawned', 'initialized', 'listed');
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** What the state waits for, in ms from now; null where it waits for nothing. */
  get dueIn(): number | null {
    return this.model.state.due === null ? null : this.model.state.due - this.now;
  }

  /** The present state, and what it is about: `starting:spawn`, `stopping:rest`, or its name alone. */
  get state(): string {
    return nameOf(this.model);
  }

  get effectTypes(): string[] {
    return this.effects.map(effect => effect.type);
  }

  /** Code of the fault of the present state. */
  get code(): string | null {
    const { state } = this.model;
    return 'fault' in state ? (state.fault?.code ?? null) : null;
  }

  /** The event that a word stands for, now; `due` moves the clock to the moment. */
  eventOf(word: Word): Event {
    const { incarnation } = this.model;
    switch (word) {
      case 'start':
      case 'stop':
      case 'restart':
      case 'demand':
      case 'handOver':
      case 'resumed':
        return { type: word };
      case 'resolved':
      case 'downloads':
        return { type: 'resolved', incarnation, mayDownload: word === 'downloads' };
      case 'crash':
        return { type: 'down', incarnation, fault: crash() };
      case 'permanent':
        return { type: 'down', incarnation, fault: permanent() };
      case 'cleaned':
      case 'survived':
        return { type: 'cleaned', incarnation, survivors: word === 'cleaned' ? [] : [4711] };
      case 'due':
        return this.timer();
      default:
        return { type: word, incarnation };
    }
  }

  timer(evidence?: Evidence): Event {
    // A state without a timer hears of one that was cancelled too late.
    const due = this.model.state.due ?? this.now;
    this.now = Math.max(this.now, due);
    return { type: 'timer', due, ...(evidence === undefined ? {} : { evidence }) };
  }
}

export function nameOf(model: Model): string {
  const { state } = model;
  if (state.name === 'starting') return `starting:${state.step}`;
  return state.name === 'stopping' ? `stopping:${state.goal}` : state.name;
}
