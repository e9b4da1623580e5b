import { compare, type Item } from '../session/catalogue.ts';
import { noneVanished, type VanishedModel, vanishedPolicy } from './vanished-tools.ts';

/**
 * Which tools a server is expected to have, across its lives: those that it had, until it says itself that they are gone
 * (`list_changed`) or a person starts it anew.
 */
export class ToolWatch {
  #expected: readonly Item[] | null = null;
  #missing: readonly string[] = [];
  #vanished: VanishedModel = noneVanished;

  /** Names that were there and are gone without a word. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** Forgets what was expected: the next list is taken as it is. */
  reset(): void {
    this.#expected = null;
    this.#missing = [];
    this.#vanished = noneVanished;
  }

  /** The server announced this list itself. */
  announced(items: readonly Item[]): void {
    this.reset();
    this.#expected = items;
  }

  /** The first list of a life: what is missing shows, but a process that has just been started is not restarted for it. */
  started(items: readonly Item[]): void {
    this.#compare(items);
  }

  /** The list of a periodic check, and what to do about what is gone: one restart, after that it only shows. */
  check(items: readonly Item[]): { advice: 'none' | 'restart' | 'degraded'; removed: readonly string[] } {
    const removed = this.#compare(items);
    const [vanished, advice] = vanishedPolicy(this.#vanished, removed);
    this.#vanished = vanished;
    return { advice, removed };
  }

  /** An empty list where there were tools is mostly a server that is not ready yet. */
  needsSecondLook(items: readonly Item[]): boolean {
    return items.length === 0 && (this.#expected?.length ?? 0) > 0;
  }

  #compare(items: readonly Item[]): readonly string[] {
    const { removed } = compare(this.#expected ?? [], items);
    const gone = new Set(removed);
    // What is missing stays expected, so that it is seen when it comes back.
    this.#expected = [...items, ...(this.#expected ?? []).filter(item => gone.has(item.key))];
    this.#missing = removed;
    return removed;
  }
}
