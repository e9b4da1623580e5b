import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { Item } from '../session/catalogue.ts';
import type { ToolWatch } from './tool-watch.ts';

/** What came of asking for the tools: a list, `refused` (an error is an answer), or `overdue`. */
export type Listed = readonly Item[] | 'refused' | 'overdue';

/** Asks for the tools of one life after another; a server that has not answered yet is not asked again. */
export class ListCheck {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #tools: ToolWatch;
  /** Resolves with null for a refusal; rejects when the process goes down. */
  readonly #listTools: () => Promise<readonly Item[] | null>;
  #asking: number | null = null;

  constructor(clock: Clock, timeoutMs: number, tools: ToolWatch, listTools: () => Promise<readonly Item[] | null>) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#tools = tools;
    this.#listTools = listTools;
  }

  /** Calls back once when the list comes or is overdue, and once more when an overdue one comes after all. Not when the process goes down. */
  async run(incarnation: number, onListed: (listed: Listed, tookMs: number) => void): Promise<void> {
    if (this.#asking === incarnation) return;
    this.#asking = incarnation;
    const from = this.#clock.now();
    const tell = (listed: Listed) => onListed(listed, this.#clock.now() - from);
    const overdue = this.#clock.setTimer(this.#timeoutMs, () => tell('overdue'));
    try {
      let items = await this.#listTools();
      if (items !== null && this.#tools.needsSecondLook(items)) items = await this.#listTools();
      tell(items ?? 'refused');
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error; // else the process went down meanwhile
    } finally {
      overdue.cancel();
      if (this.#asking === incarnation) this.#asking = null;
    }
  }
}
