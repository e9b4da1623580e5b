/**
 * Whom a question of a server is for, where that is certain; else null, for to guess would show one client's affairs to another.
 *
 * `members` use the process; `asking` have calls with it in which it may be asking something, and may have moved away meanwhile.
 */
export function attribute<C>(members: ReadonlySet<C>, asking: ReadonlySet<C>): C | null {
  // Outside of any call it can only mean who has the process to himself.
  const candidates = asking.size > 0 ? asking : members;
  const [first] = candidates;
  return first !== undefined && candidates.size === 1 ? first : null;
}
