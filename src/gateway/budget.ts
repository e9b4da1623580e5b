/** What can be taken from as long as there is any, and is given back. */
export interface Allowance {
  take(amount: number): boolean;
  give(amount: number): void;
}

/** So much for all together, and so much of it for each client: who cannot have it has to do without. */
export class Budget implements Allowance {
  readonly limit: number;
  readonly share: number;
  readonly #byClient = new Map<string, number>();
  #used = 0;

  constructor(limit: number, share = limit) {
    this.limit = limit;
    this.share = share;
  }

  get used(): number {
    return this.#used;
  }

  take(amount: number): boolean {
    if (this.#used + amount > this.limit) return false;
    this.#used += amount;
    return true;
  }

  give(amount: number): void {
    this.#used -= amount;
  }

  /** The part of one client. */
  of(client: string): Allowance {
    return {
      take: amount => {
        const own = (this.#byClient.get(client) ?? 0) + amount;
        if (own > this.share || !this.take(amount)) return false;
        this.#byClient.set(client, own);
        return true;
      },
      give: amount => {
        const own = (this.#byClient.get(client) ?? 0) - amount;
        if (own > 0) this.#byClient.set(client, own);
        else this.#byClient.delete(client);
        this.give(amount);
      },
    };
  }
}
