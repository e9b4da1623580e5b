import type { SessionHost } from '../session/session-audience.ts';

/** One client of an instance. */
export interface Member extends SessionHost {
  /** A `listener` is the library without handlers: it hears everything, and is asked only about calls of its own. A `host` has handlers. */
  readonly kind: 'client' | 'listener' | 'host';
  readonly isGone: boolean;
  /** The process is another's alone from now on: it goes elsewhere, at once where it waits for news, else with its next request. */
  makeRoom(): void;
}

/** What a client has told a process, and takes along to another. */
export interface Carried {
  readonly level: string | null;
  readonly uris: readonly string[];
}
