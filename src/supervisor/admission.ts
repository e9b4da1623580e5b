/** One instance that wants to start. */
export interface Ticket {
  /** Place in the configuration; the lower goes first. */
  readonly order: number;
  /** Whether the servers that it depends on have come up, or have failed: `dependsOn` is an order, not a condition. */
  isClear(): boolean;
  admit(): void;
}

/** Lets a few servers start at a time: a hundred `npx` at once would all miss their deadlines. */
export class Admission {
  readonly #limit: number;
  #waiting: Ticket[] = [];
  readonly #starting = new Set<Ticket>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  request(ticket: Ticket): void {
    this.#waiting.push(ticket);
    this.#waiting.sort((a, b) => a.order - b.order);
    this.review();
  }

  /** The start is over, or is not wanted any more. */
  release(ticket: Ticket): void {
    this.#waiting = this.#waiting.filter(other => other !== ticket);
    this.#starting.delete(ticket);
    this.review();
  }

  /** Looks again who may start; to be called when any server changes its state. */
  review(): void {
    for (const ticket of [...this.#waiting]) {
      if (this.#starting.size >= this.#limit) return;
      // Admitting one may end its start at once, and that reviews the others while we are still here.
      if (!this.#waiting.includes(ticket) || !ticket.isClear()) continue;
      this.#waiting = this.#waiting.filter(other => other !== ticket);
      this.#starting.add(ticket);
      ticket.admit();
    }
  }
}
