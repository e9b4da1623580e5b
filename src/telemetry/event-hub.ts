import { callOut } from '../errors/call-out.ts';
import { redactDeep, WORDS } from '../errors/redact-deep.ts';
import type { Emit, HoldfastEvent } from './events.ts';

export type EventListener = (event: HoldfastEvent) => void;

/** Hands each event to everyone who has subscribed, in the order of subscription. Secrets are taken out here, so that no way out can forget it. */
export class EventHub {
  readonly #listeners = new Set<EventListener>();
  readonly #wall: () => number;
  readonly #redact: ((text: string) => string) | null;

  constructor(wall: () => number, redact: ((text: string) => string) | null = null) {
    this.#wall = wall;
    this.#redact = redact;
  }

  readonly emit: Emit = event => {
    if (this.#listeners.size === 0) return;
    const stamped = this.#clean({ at: this.#wall(), ...event } as HoldfastEvent);
    for (const listener of [...this.#listeners]) callOut(() => listener(stamped));
  };

  /** An ended call has names alone, and there may be thousands in a second. */
  #clean(event: HoldfastEvent): HoldfastEvent {
    return this.#redact === null || event.type === 'call.finished' ? event : redactDeep(event, this.#redact, WORDS);
  }

  /** Returns how to unsubscribe. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
