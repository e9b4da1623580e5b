import type { Emit } from '../telemetry/events.ts';

/** Counts what is refused at the door, and tells of it once in a while: a flood of requests must not become a flood of events. */
export class Refusals {
  readonly #emit: Emit;
  readonly #counts = new Map<string, number>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  count(status: number, code: string): void {
    const reason = `${status} ${code}`;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  tell(): void {
    for (const [reason, count] of this.#counts) this.#emit({ type: 'gateway.refused', reason, count });
    this.#counts.clear();
  }
}
