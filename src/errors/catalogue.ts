import { connectionEntries } from './catalogue/connection.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { networkEntries } from './catalogue/network.ts';
import { processEntries } from './catalogue/process.ts';
import { resourceEntries } from './catalogue/resource.ts';
import { toolEntries } from './catalogue/tool.ts';

export type { CatalogueEntry } from './catalogue/entry.ts';

/** Every code there is. `docs/errors.md` is held against this table by a test. */
export const catalogue = {
  ...connectionEntries,
  ...processEntries,
  ...toolEntries,
  ...networkEntries,
  ...resourceEntries,
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue: `<CATEGORY>_<WHAT>`. */
export type Code = keyof typeof catalogue;
