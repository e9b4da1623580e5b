import type { Clock } from '../process/clock.ts';
import type { Call, Settled } from './call.ts';
import type { ResponseEnvelope } from './json-text.ts';

/** How a call ended, for statistics. */
export interface Finished {
  readonly call: Call;
  readonly settled: Settled;
  /** The server's own answer, where there was one. */
  readonly answer: ResponseEnvelope | null;
  /** For its caller: with all that it waited. */
  readonly tookMs: number;
  /** From where it was sent to the server (for the last time) to the answer; null where there was none. */
  readonly servedMs: number | null;
}

export interface CallsOptions {
  readonly server: string;
  readonly clock: Clock;
  readonly holdMs: number;
  /** At most this many calls wait while the server is away; calls that it loses on its way down are kept beside. */
  readonly maxHeld: number;
  /** At most so many are under way at a time, and more wait; infinity for any number. */
  readonly maxOpen: number;
  readonly replay: 'safe' | 'never';
  readonly replays: number;
  /** What the catalogue knows about a tool. */
  readonly annotations: (tool: string) => Record<string, unknown> | null;
  readonly onFinished: (finished: Finished) => void;
}

export interface CloseReport {
  readonly held: number;
  readonly replayed: number;
  readonly rejected: number;
}
