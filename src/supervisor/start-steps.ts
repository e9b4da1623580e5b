import { HoldfastError } from '../errors/holdfast-error.ts';
import { firstOf } from '../process/wait.ts';
import type { Upstream } from '../session/upstream.ts';
import type { LifeSetup } from './life.ts';

export interface StepsOf {
  /** @throws where there is none yet. */
  readonly connected: () => Upstream;
  /** What an error means that nobody foresaw. */
  readonly unforeseen: (error: unknown) => HoldfastError;
  readonly stderrTail: () => readonly string[];
}

/** A list that is empty where it was not before is read once more after this time. */
const SECOND_LOOK_MS = 1_000;

/** The steps of a start that are the same for a process and a connection. */
export class StartSteps {
  readonly #setup: LifeSetup;
  readonly #of: StepsOf;

  constructor(setup: LifeSetup, of: StepsOf) {
    this.#setup = setup;
    this.#of = of;
  }

  initialize(): Promise<void> {
    const { incarnation, session, post } = this.#setup;
    return this.orDown(async () => {
      await session.shakeHands(this.#of.connected());
      post({ type: 'initialized', incarnation });
    });
  }

  list(): Promise<void> {
    const { incarnation, session, clock, post, onTools } = this.#setup;
    return this.orDown(async () => {
      const onPage = () => post({ type: 'paged', incarnation });
      let items = await session.fetch(this.#of.connected(), 'tools', onPage);
      if (items.length === 0 && (session.catalogue.list('tools')?.length ?? 0) > 0) {
        await firstOf(clock, SECOND_LOOK_MS);
        onPage();
        items = await session.fetch(this.#of.connected(), 'tools', onPage);
      }
      onTools(items);
      post({ type: 'listed', incarnation });
    });
  }

  down(fault: HoldfastError): void {
    this.#setup.post({ type: 'down', incarnation: this.#setup.incarnation, fault });
  }

  /** Whatever goes wrong in a step of a start ends that start. */
  async orDown(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const cause = error instanceof HoldfastError ? error : this.#of.unforeseen(error);
      const stderrTail = cause.stderrTail.length > 0 ? cause.stderrTail : this.#of.stderrTail();
      this.down(cause.with({ server: this.#setup.config.name, stderrTail }));
    }
  }
}
