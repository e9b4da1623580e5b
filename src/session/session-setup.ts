import type { ServerOptions } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import type { Finished } from './calls-setup.ts';
import type { ListDiff, ListKind } from './catalogue.ts';
import type { Handshake } from './handshake.ts';
import type { CatalogueStore } from './session-lists.ts';

/** What a session tells of itself, for health, statistics and events. */
interface SessionReports {
  onHeard(): void;
  onFinished(finished: Finished): void;
  onCatalogue(kind: ListKind, diff: ListDiff, announced: boolean): void;
  onHandshake(handshake: Handshake): void;
  onNotice(text: string): void;
}

export interface SessionSetup {
  readonly server: string;
  readonly options: ServerOptions;
  readonly clock: Clock;
  readonly store: CatalogueStore;
  /** A call would have to wait: brings the server up where that is due, or says why waiting is of no use. */
  readonly whenAway: () => HoldfastError | null;
  /** Gives ids for the server's questions. */
  readonly questionId: () => number;
  readonly reports: SessionReports;
}
