/** From the most verbose to the least. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** What one who has asked for nothing sees, once another has asked for something. */
const USUAL = LEVELS.indexOf('info');

/** How verbose each client of one process wants it; the process itself knows only one level. */
export class LogLevels<C> {
  readonly #levels = new Map<C, number>();

  /** False where there is no such level. */
  set(client: C, level: unknown): boolean {
    const rank = LEVELS.indexOf(String(level));
    if (rank === -1) return false;
    this.#levels.set(client, rank);
    return true;
  }

  of(client: C): string | null {
    const rank = this.#levels.get(client);
    return rank === undefined ? null : (LEVELS[rank] ?? null);
  }

  drop(client: C): void {
    this.#levels.delete(client);
  }

  /** The most verbose that anybody wants; null where nobody has asked. */
  get wanted(): string | null {
    return LEVELS[Math.min(...this.#levels.values())] ?? null;
  }

  /** Whether a message of this level is for this client; of a level that is none, it is for all. */
  admits(client: C, level: unknown): boolean {
    const rank = LEVELS.indexOf(String(level));
    const least = this.#levels.get(client) ?? (this.#levels.size === 0 ? 0 : USUAL);
    return rank === -1 || rank >= least;
  }
}
