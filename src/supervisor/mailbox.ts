import type { Context, Effect, Event, Evidence, Model, Policy } from '../lifecycle/state.ts';
import { transition } from '../lifecycle/transition.ts';
import type { Clock, Timer } from '../process/clock.ts';

export interface MailboxOptions {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: () => number;
  /** What is known when a deadline passes; it goes into the error. */
  readonly evidence: () => Evidence;
  /** Runs after each change, before its effects. */
  readonly onChange: (before: Model, after: Model) => void;
  readonly run: (effect: Effect) => void;
}

/**
 * One instance's events, one at a time and in order. The reducer decides; this holds its model, keeps the one timer that the
 * state owns, and hands the effects on.
 */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #events: Event[] = [];
  #model: Model;
  #isBusy = false;
  #timer: Timer | null = null;

  constructor(model: Model, options: MailboxOptions) {
    this.#model = model;
    this.#options = options;
  }

  get model(): Model {
    return this.#model;
  }

  /** Handles the event, now or, while another is being handled, right after it. */
  post(event: Event): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#handle(next);
    } finally {
      this.#isBusy = false;
    }
  }

  #handle(event: Event): void {
    const { policy, clock, random, onChange, run } = this.#options;
    const context: Context = { now: clock.now(), random };
    const before = this.#model;
    const [after, effects] = transition(before, event, policy, context);
    this.#model = after;
    if (after.state.due !== before.state.due) this.#arm(after.state.due);
    if (after !== before) onChange(before, after);
    for (const effect of effects) run(effect);
  }

  #arm(due: number | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (due === null) return;
    const { clock, evidence } = this.#options;
    this.#timer = clock.setTimer(due - clock.now(), () => this.post({ type: 'timer', due, evidence: evidence() }));
  }
}
