import { HoldfastError } from '../errors/holdfast-error.ts';

/** What one client may be subscribed to at a time: it is kept as long as its session, and told again to every life of a server. */
export const MAX_SUBSCRIPTIONS = 1_000;
/** All its URIs together, in characters. */
const MAX_SIZE = 1_048_576;
/** More requests at once would fill the queue of a server that is on its way. */
const AT_ONCE = 32;

/** @throws HoldfastError RESOURCE_SUBSCRIPTIONS where these are too many for one client. */
export function checkSubscriptions(uris: ReadonlySet<string>): void {
  let size = 0;
  for (const uri of uris) size += uri.length;
  if (uris.size <= MAX_SUBSCRIPTIONS && size <= MAX_SIZE) return;
  throw new HoldfastError('RESOURCE_SUBSCRIPTIONS', {
    details: { limit: MAX_SUBSCRIPTIONS, size: MAX_SIZE },
    mayHaveRun: false,
  });
}

/** Asks for each, a few at a time; the answers in the same order. */
export async function askForEach<T>(uris: readonly string[], ask: (uri: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let at = 0; at < uris.length; at += AT_ONCE) {
    answers.push(...(await Promise.all(uris.slice(at, at + AT_ONCE).map(ask))));
  }
  return answers;
}
