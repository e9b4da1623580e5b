import type { AttachedClient, ClientProfile } from '../supervisor/attachment.ts';
import { keyOf } from '../supervisor/profile.ts';
import type { Backend, StatelessBackend, StatelessSession } from './backend.ts';
import { SharedSession } from './shared-session.ts';

/** Sessions with different capabilities that are kept while no request uses them: each may have a process of its own. */
const MAX_KEPT = 4;

/**
 * The same backend for a client that is known to be one: all its requests with the same capabilities share one session, and so one
 * process, whose memory is theirs. Whichever of them a question goes along with, the same client answers it.
 */
export class OneClient implements StatelessBackend {
  readonly #backend: Backend;
  /** The one that was opened first is first. */
  readonly #sessions = new Map<string, SharedSession>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get server(): string | null {
    return this.#backend.server;
  }

  open(profile: ClientProfile, client: AttachedClient): StatelessSession {
    const key = keyOf(profile, true);
    const session = this.#sessions.get(key) ?? this.#add(key, profile);
    return session.open(client);
  }

  close(): void {
    for (const key of [...this.#sessions.keys()]) this.#end(key);
  }

  #add(key: string, profile: ClientProfile): SharedSession {
    const idle = [...this.#sessions].filter(([, session]) => session.isIdle);
    // Where a client has done no more than look, its process may serve it under its other capabilities as well.
    const unused = idle.filter(([, session]) => !session.isUsed);
    const surplus = idle.filter(([, session]) => session.isUsed).slice(0, -MAX_KEPT);
    for (const [ended] of [...unused, ...surplus]) this.#end(ended);
    const session = new SharedSession(this.#backend, profile);
    this.#sessions.set(key, session);
    return session;
  }

  #end(key: string): void {
    this.#sessions.get(key)?.close();
    this.#sessions.delete(key);
  }
}
