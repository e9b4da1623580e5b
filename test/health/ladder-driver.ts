import { climb } from '../../src/health/ladder.ts';
import type { LadderAction, LadderEvent, LadderModel } from '../../src/health/ladder-model.ts';
import { dueAt, newLadder } from '../../src/health/ladder-model.ts';

export const SETTINGS = { intervalMs: 300_000, pingMs: 10_000 };

/** One line of a ladder's diary: when, and what it asked for. */
export interface Entry {
  readonly at: number;
  readonly action: LadderAction;
}

/** A ladder with a clock that is moved by hand and chance that is always in the middle. */
export class Driver {
  model: LadderModel;
  now = 0;
  random = () => 0.5;
  readonly diary: Entry[] = [];

  constructor(settings = SETTINGS) {
    this.model = newLadder(settings);
  }

  /** Sends one event; results go to the probe under way, other events to the current incarnation. */
  send(event: LadderEvent): readonly LadderAction[] {
    const [next, actions] = climb(this.model, event, { now: this.now, random: this.random });
    this.model = next;
    for (const action of actions) this.diary.push({ at: this.now, action });
    return actions;
  }

  ready(incarnation = this.model.incarnation + 1) {
    return this.send({ type: 'ready', incarnation });
  }

  tell(type: 'down' | 'heard' | 'waited') {
    return this.send({ type, incarnation: this.model.incarnation });
  }

  calls(open: number, overdue = false) {
    return this.send({ type: 'calls', incarnation: this.model.incarnation, open, overdue });
  }

  process(state: 'running' | 'stopped' | 'zombie') {
    return this.send({ type: 'processState', incarnation: this.model.incarnation, state });
  }

  answer(ms = 5) {
    return this.send({ type: 'answered', probe: this.model.lastProbe, ms });
  }

  miss() {
    return this.send({ type: 'missed', probe: this.model.lastProbe });
  }

  /** Moves the clock to `dueAt` and ticks. */
  due() {
    this.now = dueAt(this.model) ?? this.now;
    return this.send({ type: 'tick' });
  }

  /** Lets the probe under way run into the timeout it was given. */
  timeOut() {
    const last = this.diary.findLast(({ action }) => 'timeoutMs' in action);
    if (last !== undefined && 'timeoutMs' in last.action) this.now = last.at + last.action.timeoutMs;
    return this.miss();
  }

  /** The diary as `300 probe` lines, in seconds. */
  get story(): string[] {
    return this.diary.map(({ at, action }) => `${at / 1_000} ${action.type}`);
  }
}

/** A ladder whose server has answered one ping, with the next check due. */
export function proven(): Driver {
  const driver = new Driver();
  driver.ready();
  driver.due();
  driver.answer();
  driver.diary.length = 0;
  return driver;
}

/** A suspect after its first miss. */
export function suspected(): Driver {
  const driver = proven();
  driver.due();
  driver.timeOut();
  return driver;
}
