import { LIST_KINDS } from '../session/catalogue.ts';
import type { Session } from '../session/session.ts';
import type { Upstream } from '../session/upstream.ts';

/** Reads the lists that are no condition of being ready: all but the tools. */
export function readOtherLists(session: Session, upstream: Upstream, onFailed: (what: string) => void): void {
  for (const kind of LIST_KINDS) {
    if (kind === 'tools' || !session.offers(kind)) continue;
    session
      .fetch(upstream, kind)
      .then(items => session.accept(kind, items, false))
      .catch((error: unknown) => onFailed(`its ${kind} could not be read: ${String(error)}`));
  }
}
