import { considerRest, isOld, type RestOptions, unpaused } from '../lifecycle/rest-policy.ts';
import type { Event, Model } from '../lifecycle/state.ts';
import type { Clock, Timer } from '../process/clock.ts';
import type { Session } from '../session/session.ts';

/** What it watches: an instance, at the moment of asking. */
export interface RestSource {
  readonly session: Session;
  readonly model: Model;
}

/** Lets a server that is ready go to rest when nobody has needed it for a while, and has it started afresh when it is old. */
export class RestWatch {
  readonly #source: RestSource;
  readonly #options: RestOptions;
  readonly #clock: Clock;
  readonly #post: (event: Event) => void;
  readonly #isOn: boolean;
  #usedAt = 0;
  /** Null while it is not ready. */
  #readySince: number | null = null;
  #model = unpaused;
  #timer: Timer | null = null;
  #armedFor = Infinity;

  constructor(source: RestSource, options: RestOptions, clock: Clock, post: (event: Event) => void) {
    this.#source = source;
    this.#options = options;
    this.#clock = clock;
    this.#post = post;
    this.#isOn = options.idleStopMs > 0 || options.maxAgeMs > 0;
  }

  /** When a call came or ended last, or it became ready. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** The lifecycle state has changed. */
  moved({ state }: Model): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#model = unpaused;
    this.#readySince = this.#isOn && state.name === 'ready' ? state.since : null;
    if (this.#readySince === null) return;
    this.#usedAt = this.#readySince;
    this.#look(this.#readySince);
  }

  /** A call has come, or has ended. */
  used(): void {
    if (this.#readySince === null) return;
    this.#usedAt = this.#clock.now();
    // For most calls that is all: the timer sees it when it fires. A server that is old waits for the moment after a call.
    if (isOld(this.#readySince, this.#options, this.#usedAt)) this.#look(this.#readySince);
  }

  #look(readySince: number): void {
    const { model, session } = this.#source;
    const { calls, snapshot, openQuestions } = session;
    const use = {
      readySince,
      usedAt: this.#usedAt,
      underWay: calls.inFlight + openQuestions,
      waiting: calls.held,
      isAwaited: snapshot.subscriptions.size > 0,
    };
    const looked = considerRest(this.#model, use, this.#options, this.#clock.now());
    this.#model = looked.model;
    this.#arm(looked.lookAt, readySince);
    const { incarnation } = model;
    switch (looked.action) {
      case 'rest':
        return this.#post({ type: 'idle', incarnation });
      case 'renew':
        return this.#post({ type: 'aged', incarnation });
      case 'pause':
        return calls.pause();
      case 'resume':
        return calls.resume();
      case null:
        return;
    }
  }

  /** A timer that is set for an earlier time stays: it looks, and is set anew. */
  #arm(lookAt: number, readySince: number): void {
    if (this.#timer !== null && this.#armedFor <= lookAt) return;
    this.#timer?.cancel();
    this.#armedFor = lookAt;
    const fire = () => {
      this.#timer = null;
      this.#look(readySince);
    };
    this.#timer = lookAt === Infinity ? null : this.#clock.setTimer(lookAt - this.#clock.now(), fire);
  }
}
