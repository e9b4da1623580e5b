import type { Clock } from '../process/clock.ts';
import type { Call } from './call.ts';

/** A server may go on with a call that was given up: for this long its questions may still be about it. */
const ABANDONED_MS = 60_000;
const MAX_ABANDONED = 256;

/** Requests in which no server has anything to ask. */
const NEVER_ASKS = new Set([
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

/** The calls that one process has been given, by our own ids, and whose they are. Who asks is found out only when a server does. */
export class InFlight {
  readonly #clock: Clock;
  readonly #calls = new Map<number, Call>();
  #abandoned: { readonly call: Call; readonly until: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The call that was sent first. Ids rise, and a map keeps the order in which they were put in. */
  get oldest(): Call | null {
    for (const call of this.#calls.values()) return call;
    return null;
  }

  add(id: number, call: Call): void {
    this.#calls.set(id, call);
  }

  get(id: number): Call | undefined {
    return this.#calls.get(id);
  }

  delete(id: number): void {
    this.#calls.delete(id);
  }

  /** The caller has given it up, and whether the server has, too, nobody knows. */
  abandon(call: Call): void {
    const now = this.#clock.now();
    this.#abandoned = [...this.#stillAbandoned(now).slice(1 - MAX_ABANDONED), { call, until: now + ABANDONED_MS }];
  }

  /** The process is gone, and all that it worked on. */
  clear(): void {
    this.#calls.clear();
    this.#abandoned = [];
  }

  /** Owners of the calls in which the server may be asking something. */
  owners(): ReadonlySet<object> {
    return new Set(this.#asking().flatMap(({ options }) => options.owner ?? []));
  }

  /** Tools that these owners have called and that have not answered. */
  tools(owners: ReadonlySet<object>): string[] {
    const names = this.#asking()
      .filter(({ options }) => options.owner !== undefined && owners.has(options.owner))
      .flatMap(({ tool }) => tool ?? []);
    return [...new Set(names)];
  }

  #asking(): Call[] {
    const abandoned = this.#stillAbandoned(this.#clock.now()).map(({ call }) => call);
    const open = [...this.#calls.values()].filter(call => call.place === 'written');
    return [...open, ...abandoned].filter(({ method }) => !NEVER_ASKS.has(method));
  }

  #stillAbandoned(now: number) {
    return this.#abandoned.filter(({ until }) => until > now);
  }
}
