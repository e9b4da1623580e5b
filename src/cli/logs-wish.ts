import { InvalidArgumentError } from 'commander';
import { type Channel, channels } from '../telemetry/event-entries.ts';
import type { LogsWish } from './commands/logs.ts';
import type { LogLevel } from './context.ts';
import { sinceOf } from './since.ts';

/** The options as commander gives them, read by the functions below. */
interface LogsOptions {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly since?: number;
  readonly channel?: readonly Channel[];
  readonly level?: LogLevel;
  readonly run?: boolean;
}

/** A screen or two; whoever wants to see more says how much. */
export const USUAL_LINES = 200;

/** What "holdfast logs" is asked for; `usual` is the level that every command may be given. */
export function logsWish(server: string | undefined, options: LogsOptions, usual: LogLevel | undefined): LogsWish {
  const { follow, lines, since, channel, level, run } = options;
  return {
    server,
    isFollowing: follow === true,
    channels: channel ?? null,
    since: since ?? null,
    lines: lines ?? (since === undefined ? USUAL_LINES : Number.POSITIVE_INFINITY),
    level: level ?? usual,
    isOfRuns: run === true,
  };
}

export function lineCount(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a number, or "all".');
  return Number(text);
}

export function since(text: string): number {
  const time = sinceOf(text, Date.now());
  if (time === null) throw new InvalidArgumentError('expected such as 10m, 2h or 2026-11-27T20:00.');
  return time;
}

export function channelList(text: string): Channel[] {
  return text.split(',').map(name => {
    const channel = channels.find(candidate => candidate === name.trim().toLowerCase());
    if (channel === undefined) throw new InvalidArgumentError(`expected one of ${channels.join(', ')}.`);
    return channel;
  });
}
