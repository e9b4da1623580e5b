import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Model } from '../lifecycle/state.ts';
import type { Clock } from '../process/clock.ts';
import type { Finished } from '../session/calls-setup.ts';
import { serverErrorOf } from '../session/server-error.ts';

/** How one life ended that nobody asked to end. */
export interface Death {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly incarnation: number;
  /** Code of the error that ended it. */
  readonly cause: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly message: string;
  readonly stderrTail: readonly string[];
}

const TALLY = 100;
/** Of each death's last words; the whole tail goes with the error itself. */
const TALLY_LINES = 5;
/** JSON-RPC: the client's own mistakes, which say nothing about the server's health. */
const CLIENT_ERRORS = new Set([-32600, -32601, -32602]);

/** Counts of one instance across its lives. */
export class Statistics {
  readonly #clock: Clock;
  #deaths: Death[] = [];
  readonly #restarts = new Map<string, number>();
  #readyAt: number | null = null;
  #startingAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last hundred ends that nobody asked for, oldest first. */
  get deaths(): readonly Death[] {
    return this.#deaths;
  }

  /**
   * Starts after the first, by the code of what made them necessary; `REQUESTED` for a person's wish, `MAX_AGE` for the option. A
   * start is none of a server that rests, or that another client takes over.
   */
  get restarts(): { readonly total: number; readonly byCause: Readonly<Record<string, number>> } {
    const byCause = Object.fromEntries(this.#restarts);
    return { total: Object.values(byCause).reduce((sum, count) => sum + count, 0), byCause };
  }

  get uptimeMs(): number | null {
    return this.#readyAt === null ? null : this.#clock.now() - this.#readyAt;
  }

  /** How long the present or last start took or has been taking. */
  get startingMs(): number {
    return this.#startingAt === null ? 0 : this.#clock.now() - this.#startingAt;
  }

  moved(before: Model, after: Model): void {
    const { state } = after;
    this.#readyAt = state.name === 'ready' ? this.#clock.now() : null;
    if (state.name === 'starting') {
      this.#startingAt = this.#clock.now();
      if (after.incarnation > 1) this.#countRestart(before);
    }
    if (state.name === 'stopping' && state.fault !== null && before.state.name !== 'stopping') {
      const { code, message, details, stderrTail } = state.fault;
      const death: Death = {
        at: this.#clock.wall(),
        incarnation: after.incarnation,
        cause: code,
        exitCode: typeof details.exitCode === 'number' ? details.exitCode : null,
        signal: typeof details.signal === 'string' ? details.signal : null,
        message,
        stderrTail: stderrTail.slice(-TALLY_LINES),
      };
      this.#deaths = [...this.#deaths.slice(1 - TALLY), death];
    }
  }

  /** Whether the call counts as the server's failure. A tool's own `isError` is an answer, and so is the client's mistake; a stop is a wish. */
  count({ settled, answer }: Finished): boolean {
    if (!settled.ok) return settled.error.code !== 'TOOL_CALL_CANCELLED' && !isByWish(settled.error);
    if (answer?.error == null) return false;
    return !CLIENT_ERRORS.has(Number(serverErrorOf(answer.value.error).code));
  }

  #countRestart(before: Model): void {
    const { state } = before;
    const isRested = state.name === 'stopped' && before.desired === 'onDemand';
    if (isRested || ('why' in state && (state.why === 'idle' || state.why === 'client'))) return;
    const own = 'why' in state && state.why === 'maxAge' ? 'MAX_AGE' : 'REQUESTED';
    const cause = 'fault' in state && state.fault !== null ? state.fault.code : own;
    this.#restarts.set(cause, (this.#restarts.get(cause) ?? 0) + 1);
  }
}

/** Lost with a server that was stopped or restarted on request: what is lost with one that crashed has its fault as the cause. */
function isByWish({ code, cause }: HoldfastError): boolean {
  const isCrash = cause instanceof HoldfastError ? cause.code !== 'CONNECTION_CLOSED' : cause !== undefined;
  return !isCrash && (code === 'CONNECTION_CLOSED' || code === 'PROCESS_EXITED_DURING_CALL');
}
