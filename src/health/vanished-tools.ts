/** The tools for whose sake the server has already been restarted; one model for each instance, kept across its lives. */
export interface VanishedModel {
  readonly restartedFor: ReadonlySet<string>;
}

export const noneVanished: VanishedModel = { restartedFor: new Set() };

/**
 * What to do about tools that are gone without a word. `restart`: once for each name; `degraded`: they are still gone after
 * that, and another restart would not help; `none`: nothing is gone.
 *
 * A name is forgotten when it is back. Feed it the periodic checks, not the list read right after a restart: a server that loses
 * the same tool minutes into every life would else be restarted for ever.
 */
export function vanishedPolicy(
  model: VanishedModel,
  removed: readonly string[],
): readonly [VanishedModel, 'none' | 'restart' | 'degraded'] {
  if (removed.length === 0) return [noneVanished, 'none'];
  const isKnown = removed.every(name => model.restartedFor.has(name));
  return [{ restartedFor: new Set(removed) }, isKnown ? 'degraded' : 'restart'];
}
