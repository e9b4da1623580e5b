import type { HoldfastEvent } from './events.ts';
import type { Make } from './metrics-make.ts';

type Finished = Extract<HoldfastEvent, { type: 'call.finished' }>;

/** Methods of the protocol. A client may write any other, and each would be a series of its own. */
const METHODS = new Set([
  'completion/complete',
  'logging/setLevel',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'tools/call',
  'tools/list',
]);

export const methodOf = ({ method }: Finished): string => (METHODS.has(method) ? method : 'other');

/** How a call ended, with what a tool says of itself apart from what the server says of the request. */
export function endOf({ outcome, isError, rpcCode }: Finished): string {
  if (outcome !== 'answered') return outcome;
  if (rpcCode !== undefined) return 'serverError';
  return isError ? 'toolError' : 'answered';
}

/** Calls by how they ended. Names of tools are no labels: clients may write any. */
export class CallMetrics {
  readonly #calls;
  readonly #duration;
  readonly #rejected;
  readonly #held;
  readonly #replayed;

  constructor(make: Make) {
    this.#calls = make.counter(
      'holdfast_calls_total',
      'Calls that ended: answered, toolError (the tool says so), serverError (the server refused it), rejected, timedOut (both by us), cancelled',
      'server',
      'method',
      'outcome',
    );
    this.#duration = make.histogram(
      'holdfast_call_duration_seconds',
      'From the arrival of a call to its answer, with all that it waited; only calls that were answered',
      'server',
      'method',
    );
    this.#rejected = make.counter(
      'holdfast_calls_rejected_total',
      'Calls that were rejected or ran out of time, by error',
      'server',
      'cause',
    );
    this.#held = make.counter(
      'holdfast_calls_held_total',
      'Calls that waited for a server and then reached it',
      'server',
    );
    this.#replayed = make.counter('holdfast_calls_replayed_total', 'Times that a call was repeated', 'server');
  }

  /** Those that may be 0 for long: without a first value, the first increase would not be seen. */
  seen(server: string): void {
    this.#held.inc({ server }, 0);
    this.#replayed.inc({ server }, 0);
  }

  heard(event: HoldfastEvent): void {
    if (event.type === 'session.restored') return this.#held.inc({ server: event.server }, event.sent);
    if (event.type !== 'call.finished') return;
    const { server, outcome, tookMs, replays, code } = event;
    const method = methodOf(event);
    this.#calls.inc({ server, method, outcome: endOf(event) });
    if (replays > 0) this.#replayed.inc({ server }, replays);
    if (outcome === 'answered') this.#duration.observe({ server, method }, tookMs / 1_000);
    else if (outcome !== 'cancelled' && code !== null) this.#rejected.inc({ server, cause: code });
  }
}
