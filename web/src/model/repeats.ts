/** The same cause over and over, as one. */
export interface Repeated<T> {
  readonly first: T;
  readonly last: T;
  readonly count: number;
}

/** Newest first: what happens every half minute stands there once, and leaves the rest in sight. `all` is in the order of time. */
export function repeats<T>(all: readonly T[], causeOf: (one: T) => string): Repeated<T>[] {
  const groups = new Map<string, Repeated<T>>();
  for (const one of all) {
    const cause = causeOf(one);
    const { first, count } = groups.get(cause) ?? { first: one, count: 0 };
    // At the end of the map, where the newest stands.
    groups.delete(cause);
    groups.set(cause, { first, last: one, count: count + 1 });
  }
  return [...groups.values()].reverse();
}
