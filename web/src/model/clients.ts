import type { StreamedEvent } from './wire.ts';

/** A client by its name, as far as events have told of it. */
export interface SeenClient {
  readonly client: string;
  readonly version: string;
  readonly protocolVersion: string;
  readonly path: string;
  /** Sessions that have begun and not ended since the page listens. */
  readonly open: number;
  /** When the last one began or ended. */
  readonly at: number;
  /** Why the last one ended; null where one is open. */
  readonly gone: string | null;
}

const MOST = 50;

/** What an event changes; the one that was there last is the first of the list. */
export function withClient(known: readonly SeenClient[], event: StreamedEvent): readonly SeenClient[] {
  if (event.type !== 'client.connected' && event.type !== 'client.gone') return known;
  const { client, path, at } = event;
  const before = known.find(one => one.client === client && one.path === path);
  const others = known.filter(one => one !== before);
  if (event.type === 'client.connected') {
    const { version, protocolVersion } = event;
    const open = (before?.open ?? 0) + 1;
    return [{ client, version, protocolVersion, path, open, at, gone: null }, ...others].slice(0, MOST);
  }
  // Its beginning may be older than what was told.
  if (before === undefined) return known;
  const open = Math.max(0, before.open - 1);
  return [{ ...before, open, at, gone: open > 0 ? null : event.reason }, ...others];
}
