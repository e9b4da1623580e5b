import type { Clock } from '../process/clock.ts';
import type { Attached } from './attached.ts';
import type { Audience } from './audience.ts';
import { IdleWatch } from './idle-watch.ts';
import type { Instance } from './instance.ts';

export interface AudiencesSetup {
  readonly first: Audience;
  /** With one process for each client, one more is kept ready for the next. */
  readonly keepsSpare: boolean;
  readonly clients: ReadonlySet<Attached>;
  readonly clock: Clock;
}

/** The processes of one server and whom they serve: those that nobody uses for a while end, the first excepted. */
export class Audiences {
  /** In the order of their numbers; the first is always there. */
  readonly #all: [Audience, ...Audience[]];
  readonly #ending = new Set<Audience>();
  readonly #idle: IdleWatch<Audience>;
  readonly #setup: AudiencesSetup;

  constructor(setup: AudiencesSetup) {
    this.#setup = setup;
    this.#all = [setup.first];
    this.#idle = new IdleWatch(setup.clock, audience => this.#onIdle(audience));
  }

  get all(): readonly [Audience, ...Audience[]] {
    return this.#all;
  }

  get first(): Audience {
    return this.#all[0];
  }

  get instances(): readonly [Instance, ...Instance[]] {
    const [first, ...others] = this.#all;
    return [first.instance, ...others.map(({ instance }) => instance)];
  }

  /** Those that are not about to end. */
  get usable(): Audience[] {
    return this.#all.filter(audience => !this.#ending.has(audience));
  }

  isEnding(audience: Audience): boolean {
    return this.#ending.has(audience);
  }

  add(audience: Audience): void {
    this.#all.push(audience);
  }

  /** Nobody's, and free for whoever comes. */
  isFree(audience: Audience): boolean {
    const { owner, members } = audience;
    return owner === null && members.size === 0 && !this.#ending.has(audience);
  }

  /** A client has come to this one, or, where it is null, gone from one. */
  moved(to: Audience | null): void {
    if (to !== null) this.#idle.forget(to);
    for (const audience of this.#all) if (!audience.isFirst && this.isFree(audience)) this.#idle.watch(audience);
  }

  end(audience: Audience): void {
    this.#ending.add(audience);
    for (const client of this.#setup.clients) if (client.place === audience) client.moveTo(null);
    this.#idle.forget(audience);
    const { instance } = audience;
    instance.stop();
    void instance.settled().then(() => {
      // One with survivors stays to be seen; another stop ends them.
      if (instance.model.survivors.length > 0) return;
      instance.monitor.stop();
      this.#ending.delete(audience);
      const at = this.#all.indexOf(audience);
      if (at > 0) this.#all.splice(at, 1);
    });
  }

  /** Gives back every timer. */
  close(): void {
    this.#idle.stop();
    for (const instance of this.instances) instance.monitor.stop();
  }

  /** Ends what nobody has used for a while. */
  #onIdle(audience: Audience): void {
    const { inFlight, held } = audience.instance.session.calls;
    if (inFlight + held > 0) this.#idle.watch(audience);
    else if (!this.#isSpare(audience)) this.end(audience);
  }

  #isSpare(audience: Audience): boolean {
    if (!this.#setup.keepsSpare || this.#setup.clients.size === 0) return false;
    return this.#all.find(other => this.isFree(other)) === audience;
  }
}
