import { HoldfastError } from '../errors/holdfast-error.ts';

/** An instance, as one client that looks for a place sees it. */
export interface Berth {
  /** Who it has been initialized for; null where its process has been told the roots of another client, which fits nobody. */
  readonly key: string | null;
  readonly isFirst: boolean;
  /** The library's handlers are its client: its key stays as it is. */
  readonly isFixed: boolean;
  readonly owner: 'none' | 'me' | 'other';
  /** Other clients use it, or calls of theirs are open there. */
  readonly isBusy: boolean;
  /** Its process may still ask about calls of others, such as they have given up: whom it means could not be told. */
  readonly mayAskOthers: boolean;
  /** No client has used its present process. */
  readonly isFresh: boolean;
}

export interface Wish {
  readonly key: string;
  readonly isOwn: boolean;
  /** With a process that nobody has used before. */
  readonly isFresh: boolean;
  /** One process more is within the limit. */
  readonly mayStart: boolean;
}

export type Placement =
  | { readonly type: 'join'; readonly at: number }
  /** Nobody uses it: its process is initialized anew, for this client. */
  | { readonly type: 'takeOver'; readonly at: number }
  | { readonly type: 'start' }
  | { readonly type: 'full' };

/** Where a client's calls go: to a process that knows it under the same key, or to one that nobody uses, or to a new one. */
export function place(berths: readonly Berth[], wish: Wish): Placement {
  const find = (fits: (berth: Berth) => boolean) => berths.findIndex(fits);
  const isFree = (berth: Berth) => berth.owner === 'none' && !berth.isBusy && !berth.isFixed;

  const mine = find(({ owner, key }) => owner === 'me' && key === wish.key);
  if (mine !== -1) return { type: 'join', at: mine };

  const fits = find(berth => {
    if (berth.key !== wish.key || berth.owner !== 'none') return false;
    if (!wish.isOwn) return true;
    return isFree(berth) && !berth.mayAskOthers && (berth.isFresh || !wish.isFresh);
  });
  if (fits !== -1) return { type: 'join', at: fits };

  // Of the others only the first outlives its clients; with one process for each, a spare is as good, and at the limit any.
  const free = find(berth => isFree(berth) && (berth.isFirst || wish.isFresh || !wish.mayStart));
  if (free !== -1) return { type: 'takeOver', at: free };
  return { type: wish.mayStart ? 'start' : 'full' };
}

/** For a client that would need one process more than the server may have. */
export const instancesFull = (server: string, limit: number): HoldfastError =>
  new HoldfastError('RESOURCE_INSTANCES_FULL', { server, mayHaveRun: false, details: { limit } });
