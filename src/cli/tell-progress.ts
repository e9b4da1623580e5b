import type { HoldfastEvent } from '../telemetry/events.ts';
import { type Cli, note } from './context.ts';
import { eventLine } from './render/event-line.ts';
import { themeFor } from './render/theme.ts';

/** Somebody who waits at a terminal wants to know what for. `isForStops`: also for servers that are to end. */
export function tellProgress(cli: Pick<Cli, 'stderr' | 'env'>, event: HoldfastEvent, isForStops = false): void {
  const isProgress =
    event.type === 'server.starting' ||
    event.type === 'server.down' ||
    event.type === 'server.backoff' ||
    (isForStops && event.type === 'server.stopping');
  if (!cli.stderr.isTTY || !isProgress) return;
  const line = eventLine(event);
  if (line !== null) note(cli, themeFor(cli.stderr, cli.env).dim(`${line.text}…`));
}
