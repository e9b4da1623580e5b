import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ClientState } from './client-state.ts';

/** What is kept of one session: enough for its client to go on after the manager was started again. */
export interface StoredSession {
  /** Who it belongs to. */
  readonly principal: string;
  /** The server it speaks to; null for all as one. */
  readonly server: string | null;
  readonly client: ClientState;
}

/** Keeps sessions from one run of the manager to the next. Ids are secrets, and stand in no file and no file's name. */
export interface SessionStore {
  load(id: string): Promise<StoredSession | null>;
  save(id: string, session: StoredSession): Promise<void>;
  /** The session is in use. */
  touch(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes what was not used for so long. */
  prune(idleMs: number): Promise<void>;
}

/** Nothing on disk: for the library without a state folder. */
export const memorySessions: SessionStore = {
  load: async () => null,
  save: async () => {},
  touch: async () => {},
  remove: async () => {},
  prune: async () => {},
};

const schema = z.object({
  version: z.literal(1),
  principal: z.string(),
  server: z.string().nullable(),
  client: z.object({
    protocolVersion: z.string(),
    capabilities: z.record(z.string(), z.unknown()),
    clientInfo: z.looseObject({ name: z.string(), version: z.string() }),
    roots: z.string().nullable(),
    logLevel: z.string().nullable(),
    subscriptions: z.array(z.string()),
  }),
});

/** A store in `<stateDir>/sessions`, one file (0600) for each session, written beside and renamed. */
export function fileSessions(stateDir: string): SessionStore {
  const folder = join(stateDir, 'sessions');
  const fileOf = (id: string) => join(folder, `${createHash('sha256').update(id).digest('hex')}.json`);
  /** One after the other, or an older state could come out on top, or outlive its removal. */
  const writing = new Map<string, Promise<void>>();
  const next = (file: string, work: () => Promise<void>): Promise<void> => {
    const done = (writing.get(file) ?? Promise.resolve()).then(work);
    // Who asked for a write hears of its failure; the next one is tried all the same.
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (writing.get(file) === settled) writing.delete(file);
      });
    writing.set(file, settled);
    return done;
  };
  return {
    async load(id) {
      const file = fileOf(id);
      await writing.get(file);
      const text = await ifThere(readFile(file, 'utf8'));
      return text === null ? null : parse(text);
    },
    save(id, session) {
      const file = fileOf(id);
      return next(file, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const draft = `${file}.new`;
        await writeFile(draft, JSON.stringify({ version: 1, ...session }), { mode: 0o600 });
        await rename(draft, file);
      });
    },
    async touch(id) {
      const now = new Date();
      await ifThere(utimes(fileOf(id), now, now));
    },
    remove: id => next(fileOf(id), () => rm(fileOf(id), { force: true })),
    async prune(idleMs) {
      const before = Date.now() - idleMs;
      for (const name of (await ifThere(readdir(folder))) ?? []) {
        const file = join(folder, name);
        const found = await ifThere(stat(file));
        if (found !== null && found.mtimeMs < before) await rm(file, { force: true });
      }
    },
  };
}

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Null for a damaged file, which is worth as much as none: its client begins anew. */
function parse(text: string): StoredSession | null {
  try {
    const checked = schema.safeParse(JSON.parse(text));
    if (!checked.success) return null;
    const { version: _, ...session } = checked.data;
    return session;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
