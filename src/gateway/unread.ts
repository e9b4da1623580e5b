import type { ServerResponse } from 'node:http';

type Answer = Pick<ServerResponse, 'writableLength' | 'destroy' | 'once'>;

/** What clients leave lying, all together: where it is too much, whoever has left the most is cut off. */
export class Unread {
  readonly #limit: number;
  readonly #answers = new Set<Answer>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  watch(answer: Answer): void {
    this.#answers.add(answer);
    answer.once('close', () => this.#answers.delete(answer));
  }

  /** To be called now and then. Returns how many were cut off. */
  tick(): number {
    let total = 0;
    for (const { writableLength } of this.#answers) total += writableLength;
    if (total <= this.#limit) return 0;
    const largest = [...this.#answers].sort((a, b) => b.writableLength - a.writableLength);
    let count = 0;
    for (const answer of largest) {
      if (total <= this.#limit) break;
      total -= answer.writableLength;
      answer.destroy();
      count++;
    }
    return count;
  }
}
