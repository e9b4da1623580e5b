import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../config/is-object.ts';
import { Catalogue, type Item, LIST_KINDS, type ListKind } from './catalogue.ts';

/** What the file holds; a file of another version is not read. */
interface Stored {
  readonly version: 1;
  readonly lists: Partial<Record<ListKind, readonly Item[]>>;
}

/** Keeps the last good catalogue of each launch configuration in the state folder. */
export interface CatalogueStore {
  load(): Catalogue;
  save(catalogue: Catalogue): void;
}

/** Nothing on disk: for the library without a state folder. */
export const memoryStore: CatalogueStore = { load: () => new Catalogue(), save: () => {} };

/**
 * A store in `<stateDir>/catalogue`. The file's name is a hash of the launch configuration, so that another command, argument or
 * variable begins afresh. Files are 0600: definitions may quote what a server was configured with.
 */
export function fileStore(stateDir: string, launch: readonly unknown[]): CatalogueStore {
  const folder = join(stateDir, 'catalogue');
  const name = createHash('sha256').update(JSON.stringify(launch)).digest('hex').slice(0, 32);
  const file = join(folder, `${name}.json`);
  return {
    load: () => read(file),
    save(catalogue) {
      const lists: Stored['lists'] = Object.fromEntries(
        LIST_KINDS.flatMap(kind => {
          const items = catalogue.list(kind);
          return items === null ? [] : [[kind, items]];
        }),
      );
      const stored: Stored = { version: 1, lists };
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed: a crash leaves the old file or the new one.
      const draft = `${file}.${process.pid}.new`;
      writeFileSync(draft, JSON.stringify(stored), { mode: 0o600 });
      renameSync(draft, file);
    },
  };
}

function read(file: string): Catalogue {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // A file that may not be read costs the head start and no more; that it cannot be written either is told at the next save.
    if (error instanceof Error && 'code' in error) return new Catalogue();
    throw error;
  }
  return restored(text) ?? new Catalogue();
}

/** Null for a damaged file, which is worth as much as none: it is written anew after the next start. */
function restored(text: string): Catalogue | null {
  const catalogue = new Catalogue();
  try {
    const stored: unknown = JSON.parse(text);
    if (!isObject(stored) || stored.version !== 1 || !isObject(stored.lists)) return null;
    for (const kind of LIST_KINDS) {
      const items = stored.lists[kind];
      if (items === undefined) continue;
      if (!Array.isArray(items) || !items.every(isItem)) return null;
      catalogue.replace(kind, items);
    }
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return catalogue;
}

const isItem = (value: unknown): value is Item =>
  isObject(value) && typeof value.key === 'string' && typeof value.raw === 'string';
