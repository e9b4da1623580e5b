import type { Category } from '../holdfast-error.ts';

/**
 * One kind of failure.
 *
 * `{name}` in message and hint is filled from the error's details, `{server}` from its server.
 * A part in `[…]` is left out where one of its placeholders has no value, or none that the reader may see.
 */
export interface CatalogueEntry {
  readonly category: Category;
  /**
   * Of a server's failure: false for permanent causes, which get no burst of retries and are parked with the hint.
   * Of a call's failure: whether the same call can succeed later.
   */
  readonly retryable: boolean;
  readonly message: string;
  readonly hint: string;
  /** The placeholders that a client may see; all others may hold paths or environment values. */
  readonly open: readonly string[];
}

type MakeEntry = (retryable: boolean, message: string, hint: string, open?: readonly string[]) => CatalogueEntry;

/** Writes the entries of one category. */
export function entriesOf(category: Category): MakeEntry {
  return (retryable, message, hint, open = []) => ({ category, retryable, message, hint, open });
}
