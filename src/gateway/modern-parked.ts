import { createHash, randomUUID } from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { forEachMember, keyAt } from '../session/json-scan.ts';
import { type RequestEnvelope, rawMember } from '../session/json-text.ts';
import { Budget } from './budget.ts';
import type { Seal } from './seal.ts';

/** How long a call waits for its client's answer, and how many may wait: each may hold a process of its own. */
export const PARK_MS = 600_000;
export const MAX_PARKED = 256;
/** What they may hold together, in characters: their requests, what was asked, and answers that came meanwhile. */
export const MAX_SIZE = 67_108_864;
/** Clients that say the same of themselves may have one of so many parts of both: one that never comes back must leave room for the others. */
const SHARES = 2;

export interface Parkable {
  /** The client did not come back in time. */
  expire(): void;
}

/** Whose call it is, and how much it holds. */
export interface Parking {
  /** Says whose call this is, and which. */
  readonly binding: string;
  /** Equal for clients that say the same of themselves. */
  readonly client: string;
  /** In characters. */
  readonly size: number;
}

/** A call that waits. */
export interface Parked {
  /** For the client, to come back with. */
  readonly state: string;
  /** It holds so much more from now on; false where there is no room for that. */
  grow(size: number): boolean;
}

interface Place<T> {
  readonly call: T;
  readonly client: string;
  size: number;
}

/** Calls that wait until their client comes back with what the server asked, each under a `requestState` that serves once. */
export class ParkedCalls<T extends Parkable> {
  readonly #places = new Map<string, Place<T>>();
  readonly #count = new Budget(MAX_PARKED, MAX_PARKED / SHARES);
  readonly #size = new Budget(MAX_SIZE, MAX_SIZE / SHARES);
  readonly #expiry: Deadlines<string>;
  readonly #clock: Clock;
  readonly #seal: Seal;

  constructor(clock: Clock, seal: Seal) {
    this.#clock = clock;
    this.#seal = seal;
    this.#expiry = new Deadlines(clock, ticket => this.#expire(ticket));
  }

  /** @throws HoldfastError RESOURCE_PARKED_FULL */
  park(call: T, { binding, client, size }: Parking): Parked {
    const place = { call, client, size: 0 };
    const grow = (more: number): boolean => {
      if (!this.#size.of(client).take(more)) return false;
      place.size += more;
      return true;
    };
    if (!this.#count.of(client).take(1)) throw full();
    if (!grow(size)) {
      this.#count.of(client).give(1);
      throw full();
    }
    const ticket = randomUUID();
    this.#places.set(ticket, place);
    this.#expiry.set(ticket, this.#clock.now() + PARK_MS);
    return { state: this.#seal.seal(ticket, binding), grow: more => this.#places.has(ticket) && grow(more) };
  }

  /** The call behind a state; `forged` where we never gave it for this request, `gone` where we did and its call is not open any more. */
  take(state: string, binding: string): T | 'forged' | 'gone' {
    const ticket = this.#seal.open(state, binding);
    if (ticket === null) return 'forged';
    return this.#forget(ticket) ?? 'gone';
  }

  close(): void {
    for (const ticket of [...this.#places.keys()]) this.#expire(ticket);
  }

  #expire(ticket: string): void {
    this.#forget(ticket)?.expire();
  }

  #forget(ticket: string): T | null {
    const place = this.#places.get(ticket);
    if (place === undefined) return null;
    this.#places.delete(ticket);
    this.#expiry.delete(ticket);
    this.#count.of(place.client).give(1);
    this.#size.of(place.client).give(place.size);
    return place.call;
  }
}

const full = (): HoldfastError =>
  new HoldfastError('RESOURCE_PARKED_FULL', {
    details: { limit: MAX_PARKED, share: MAX_PARKED / SHARES, size: MAX_SIZE },
  });

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
