import type { InstanceStatus, ServerStatus } from '../../supervisor/status.ts';
import { oneLine, truncate } from './text.ts';
import { type Theme, type Tone, toneOfState } from './theme.ts';
import { uptime } from './units.ts';

type Health = InstanceStatus['health'];

/** From what is well, or not known, to what is worst. */
const BY_BADNESS: readonly Health[] = ['unknown', 'healthy', 'degraded', 'suspect', 'unhealthy'];
const isBad = (health: Health): boolean => BY_BADNESS.indexOf(health) > BY_BADNESS.indexOf('healthy');

/** The other instances of a server, besides the one whose figures are the server's. An older manager tells of none. */
const othersOf = ({ instances, instance }: Partial<ServerStatus>): readonly InstanceStatus[] =>
  (instances ?? []).filter(other => other.instance !== instance);

/** The server with what counts of all its instances: the worst health, and every restart. */
export function asWhole(server: ServerStatus): Pick<ServerStatus, 'state' | 'health'> & { readonly restarts: number } {
  const others = othersOf(server);
  const worst = others.reduce<Health>(
    (known, { health }) => (isBad(health) && BY_BADNESS.indexOf(health) > BY_BADNESS.indexOf(known) ? health : known),
    server.health,
  );
  const restarts = others.reduce((sum, other) => sum + other.restarts.total, server.restarts.total);
  return { state: server.state, health: worst, restarts };
}

/**
 * A line for each further process of a server, at most `most`; then those in trouble are among them, and the others counted.
 *
 * ```
 * #2 ready, healthy, pid 4712, up 3 s
 * ```
 */
export function instanceLines(server: ServerStatus, width: number, most: number, theme: Theme): string[] {
  const others = othersOf(server);
  const first = [...others].sort((a, b) => Number(isBad(b.health)) - Number(isBad(a.health))).slice(0, most);
  const shown = others.filter(other => first.includes(other));
  const lines = shown.map(other => theme[toneOf(other)](truncate(wordsOf(other), width)));
  const left = others.length - shown.length;
  return left === 0 ? lines : [...lines, theme.dim(`and ${left} more`)];
}

function toneOf({ state, health }: InstanceStatus): Tone {
  const tone = toneOfState(state, health);
  // What is well shall not draw the eye from the servers' own rows.
  return tone === 'good' ? 'dim' : tone;
}

function wordsOf({ instance, state, health, pid, uptimeMs, reason }: InstanceStatus): string {
  const parts = [
    state,
    ...(state === 'stopped' || health === 'unknown' ? [] : [health]),
    ...(pid === null ? [] : [`pid ${pid}`]),
    ...(uptimeMs === null ? [] : [`up ${uptime(uptimeMs)}`]),
  ];
  const why = reason === null || !isBad(health) ? '' : `: ${reason}`;
  return oneLine(`#${instance} ${parts.join(', ')}${why}`);
}
