import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../config/is-object.ts';
import { Catalogue, type Item, LIST_KINDS, type ListKind } from './catalogue.ts';
import { type Handshake, handshakeOf } from './handshake.ts';

/** What is kept of a server from one life to the next, and from one run to the next. */
export interface Kept {
  readonly catalogue: Catalogue;
  /** What it said of itself. */
  handshake: Handshake | null;
  /** Tools that have asked their client something. */
  readonly askingTools: Set<string>;
  /** The client that it was last started for, as its owner describes it. */
  profile: Readonly<Record<string, unknown>> | null;
  /** When it was found to be a modern server (ms since 1970); null where it takes `initialize`, or was never heard. */
  modernAt: number | null;
}

/** What the file holds. One of version 1 has the lists alone; one of another version is not read. */
interface Stored {
  readonly version: 2;
  readonly lists: Partial<Record<ListKind, readonly Item[]>>;
  readonly initialize: string | null;
  readonly askingTools: readonly string[];
  readonly profile: Readonly<Record<string, unknown>> | null;
  readonly modernAt: number | null;
}

/** Keeps what is known of each launch configuration in the state folder. */
export interface KeptStore {
  load(): Kept;
  save(kept: Kept): void;
}

const nothing = (): Kept => ({
  catalogue: new Catalogue(),
  handshake: null,
  askingTools: new Set(),
  profile: null,
  modernAt: null,
});

/** Nothing on disk: for the library without a state folder. */
export const memoryStore: KeptStore = { load: nothing, save: () => {} };

/**
 * A store in `<stateDir>/catalogue`. The file's name is a hash of the launch configuration, so that another command, argument or
 * variable begins afresh. Files are 0600: definitions may quote what a server was configured with.
 */
export function fileStore(stateDir: string, launch: readonly unknown[]): KeptStore {
  const folder = join(stateDir, 'catalogue');
  const name = createHash('sha256').update(JSON.stringify(launch)).digest('hex').slice(0, 32);
  const file = join(folder, `${name}.json`);
  return {
    load: () => read(file),
    save({ catalogue, handshake, askingTools, profile, modernAt }) {
      const lists: Stored['lists'] = Object.fromEntries(
        LIST_KINDS.flatMap(kind => {
          const items = catalogue.list(kind);
          return items === null ? [] : [[kind, items]];
        }),
      );
      const initialize = handshake?.result ?? null;
      const stored: Stored = { version: 2, lists, initialize, askingTools: [...askingTools], profile, modernAt };
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed: a crash leaves the old file or the new one.
      const draft = `${file}.${process.pid}.new`;
      writeFileSync(draft, JSON.stringify(stored), { mode: 0o600 });
      renameSync(draft, file);
    },
  };
}

function read(file: string): Kept {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // A file that may not be read costs the head start and no more; that it cannot be written either is told at the next save.
    if (error instanceof Error && 'code' in error) return nothing();
    throw error;
  }
  return restored(text) ?? nothing();
}

/** Null for a damaged file, which is worth as much as none: it is written anew after the next start. */
function restored(text: string): Kept | null {
  try {
    const stored: unknown = JSON.parse(text);
    if (!isObject(stored) || (stored.version !== 1 && stored.version !== 2) || !isObject(stored.lists)) return null;
    const catalogue = new Catalogue();
    for (const kind of LIST_KINDS) {
      const items = stored.lists[kind];
      if (items === undefined) continue;
      if (!Array.isArray(items) || !items.every(isItem)) return null;
      catalogue.replace(kind, items);
    }
    const { initialize, askingTools, profile } = stored;
    const modernAt = typeof stored.modernAt === 'number' ? stored.modernAt : null;
    const era = modernAt === null ? 'legacy' : 'modern';
    return {
      catalogue,
      handshake: typeof initialize === 'string' ? handshakeOf(initialize, JSON.parse(initialize), era) : null,
      askingTools: new Set(Array.isArray(askingTools) ? askingTools.filter(name => typeof name === 'string') : []),
      profile: isObject(profile) ? profile : null,
      modernAt,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isItem = (value: unknown): value is Item =>
  isObject(value) && typeof value.key === 'string' && typeof value.raw === 'string';
