import { conditionOf } from './condition.ts';
import { extremes, type Series } from './series.ts';
import type { ServerStatus } from './wire.ts';

/**
 * Whose lines a chart has room for, in the order of the configuration, so that a line keeps its colour. Those with nothing to draw
 * come last; of the others those in trouble come first, then those that use most memory, which changes least.
 */
export function linesOf(servers: readonly ServerStatus[], series: Series, most: number): string[] {
  if (servers.length <= most) return servers.map(({ name }) => name);
  const ranked = servers.map(server => ({ server, rank: rankOf(server, series) })).sort((a, b) => b.rank - a.rank);
  const chosen = new Set(ranked.slice(0, most).map(({ server }) => server));
  return servers.filter(server => chosen.has(server)).map(({ name }) => name);
}

function rankOf(server: ServerStatus, { servers }: Series): number {
  const figures = servers[server.name];
  if (figures === undefined) return -1;
  const memory = extremes(figures.rssBytes)?.max ?? 0;
  if (memory === 0 && extremes(figures.p95) === null) return -1;
  const { tone } = conditionOf(server);
  return tone === 'bad' || tone === 'warn' ? Number.POSITIVE_INFINITY : memory;
}

/** Why a chart of memory or processor time is empty. */
export function whyNoUsage(servers: readonly Pick<ServerStatus, 'pid' | 'url' | 'instances'>[]): string {
  const hasProcess = servers.some(({ pid, instances }) => pid !== null || instances.some(one => one.pid !== null));
  if (hasProcess) return 'Nothing known yet';
  return servers.every(({ url }) => url !== null) ? 'Its processes are on another machine' : 'No process';
}
