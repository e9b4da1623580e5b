import { createHash, randomUUID } from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { forEachMember, keyAt } from '../session/json-scan.ts';
import { type RequestEnvelope, rawMember } from '../session/json-text.ts';
import type { Seal } from './seal.ts';

/** How long a call waits for its client's answer, and how many may wait: each may hold a process of its own. */
export const PARK_MS = 600_000;
export const MAX_PARKED = 256;

export interface Parkable {
  /** The client did not come back in time. */
  expire(): void;
}

/** Calls that wait until their client comes back with what the server asked, each under a `requestState` that serves once. */
export class ParkedCalls<T extends Parkable> {
  readonly #calls = new Map<string, T>();
  readonly #expiry: Deadlines<string>;
  readonly #clock: Clock;
  readonly #seal: Seal;

  constructor(clock: Clock, seal: Seal) {
    this.#clock = clock;
    this.#seal = seal;
    this.#expiry = new Deadlines(clock, ticket => this.#expire(ticket));
  }

  /**
   * The state to give to the client; `binding` says whose call this is, and which.
   *
   * @throws HoldfastError RESOURCE_PARKED_FULL
   */
  park(call: T, binding: string): string {
    if (this.#calls.size >= MAX_PARKED) {
      throw new HoldfastError('RESOURCE_PARKED_FULL', { details: { limit: MAX_PARKED } });
    }
    const ticket = randomUUID();
    this.#calls.set(ticket, call);
    this.#expiry.set(ticket, this.#clock.now() + PARK_MS);
    return this.#seal.seal(ticket, binding);
  }

  /** The call behind a state; `forged` where we never gave it for this request, `gone` where we did and its call is not open any more. */
  take(state: string, binding: string): T | 'forged' | 'gone' {
    const ticket = this.#seal.open(state, binding);
    if (ticket === null) return 'forged';
    const call = this.#calls.get(ticket);
    if (call === undefined) return 'gone';
    this.#forget(ticket);
    return call;
  }

  close(): void {
    for (const ticket of [...this.#calls.keys()]) this.#expire(ticket);
  }

  #expire(ticket: string): void {
    const call = this.#calls.get(ticket);
    this.#forget(ticket);
    call?.expire();
  }

  #forget(ticket: string): void {
    this.#calls.delete(ticket);
    this.#expiry.delete(ticket);
  }
}

/** What a state is bound to: who calls what, and with which parameters, but for those that a second round adds or changes. */
export function bindingOf(server: string | null, principal: string, envelope: RequestEnvelope): string {
  const params = rawMember(envelope, ['params'])?.raw ?? '{}';
  const members: string[] = [];
  forEachMember(params, 0, (key, value) => {
    const name = keyAt(params, key);
    if (!CHANGING.has(name)) members.push(`${JSON.stringify(name)}:${params.slice(value.start, value.end)}`);
  });
  const digest = createHash('sha256').update(members.sort().join()).digest('base64');
  return JSON.stringify([server, principal, envelope.method, digest]);
}

const CHANGING = new Set(['_meta', 'inputResponses', 'requestState']);
