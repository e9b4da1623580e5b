import { callOut } from '../errors/call-out.ts';
import type { Emit, HoldfastEvent } from './events.ts';

export type EventListener = (event: HoldfastEvent) => void;

/** Hands each event to everyone who has subscribed, in the order of subscription. */
export class EventHub {
  readonly #listeners = new Set<EventListener>();
  readonly #wall: () => number;

  constructor(wall: () => number) {
    this.#wall = wall;
  }

  readonly emit: Emit = event => {
    if (this.#listeners.size === 0) return;
    const stamped = { at: this.#wall(), ...event } as HoldfastEvent;
    for (const listener of [...this.#listeners]) callOut(() => listener(stamped));
  };

  /** Returns how to unsubscribe. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
