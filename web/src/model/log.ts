import { type Channel, entryOf } from '../../../src/telemetry/event-entries.ts';
import type { StreamedEvent } from './wire.ts';

export type { Channel };

/** One event as a line of the log. */
export interface LogLine {
  readonly seq: number;
  readonly at: number;
  readonly channel: Channel;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Null for what is of the manager itself. */
  readonly server: string | null;
  readonly type: string;
  readonly text: string;
  /** What to do, where the event says so. */
  readonly hint: string | null;
}

/** A line's text beyond this is cut off: one server's dump must not be the page's memory. */
const MAX_TEXT = 2_000;

export function lineOf(event: StreamedEvent): LogLine {
  const { channel, level, text, fields } = entryOf(event);
  return {
    seq: event.seq,
    at: event.at,
    channel,
    level,
    server: !('server' in event) ? null : event.instance > 1 ? `${event.server} #${event.instance}` : event.server,
    type: event.type,
    text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (cut off)` : text,
    hint: typeof fields.hint === 'string' ? fields.hint : null,
  };
}

/** The last lines, each once although the manager tells the recent ones again after every reconnection. */
export class LogRing {
  readonly #limit: number;
  #lines: LogLine[] = [];
  #lastSeq = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** How many were let go to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What the manager kept from before: only what is newer than all that is here. */
  recall(lines: readonly LogLine[]): void {
    this.add(lines.filter(({ seq }) => seq > this.#lastSeq));
  }

  /** `skipped`: so many came before these, and are not kept. */
  add(lines: readonly LogLine[], skipped = 0): void {
    if (lines.length === 0) return;
    const all = [...this.#lines, ...lines];
    this.#dropped += Math.max(0, all.length - this.#limit) + skipped;
    this.#lines = all.slice(-this.#limit);
    this.#lastSeq = lines.reduce((last, { seq }) => Math.max(last, seq), this.#lastSeq);
  }

  clear(): void {
    this.#lines = [];
    this.#dropped = 0;
  }
}

export interface LogFilter {
  /** Null: all of them, and the manager's own. */
  readonly server: string | null;
  readonly channels: ReadonlySet<Channel>;
  /** Every word of it must be somewhere in the line. */
  readonly text: string;
}

/** The last `most` lines that pass, and how many pass in all. */
export function filtered(
  lines: readonly LogLine[],
  filter: LogFilter,
  most: number,
): { shown: readonly LogLine[]; passed: number } {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const passed = lines.filter(line => passes(line, filter, words));
  return { shown: passed.slice(-most), passed: passed.length };
}

function passes(line: LogLine, { server, channels }: LogFilter, words: readonly string[]): boolean {
  if (!channels.has(line.channel)) return false;
  if (server !== null && line.server !== server && line.server?.startsWith(`${server} #`) !== true) return false;
  if (words.length === 0) return true;
  const text = `${line.server ?? ''} ${line.type} ${line.level} ${line.text}`.toLowerCase();
  return words.every(word => text.includes(word));
}
