import type { HoldfastEvent } from '../telemetry/events.ts';

/** An event with its number, which grows, also from one manager to the next. */
export interface Numbered {
  readonly seq: number;
  readonly event: HoldfastEvent;
}

export interface RecentLimits {
  readonly events: number;
  /** Of all of them, roughly. */
  readonly bytes: number;
}

/** Of the frequent ones, and as much again of the others. */
const LIMITS: RecentLimits = { events: 1_000, bytes: 1024 * 1024 };

/** They come with each call and each line: were they among the others, a busy minute would wash out last night's crash. */
const FREQUENT: ReadonlySet<HoldfastEvent['type']> = new Set(['call.finished', 'server.output', 'network.operation']);

/** The last events, so many and so large at most. */
export class RecentEvents {
  readonly #frequent: Ring;
  readonly #others: Ring;

  constructor(limits: RecentLimits = LIMITS) {
    this.#frequent = new Ring(limits);
    this.#others = new Ring(limits);
  }

  add(numbered: Numbered): void {
    (FREQUENT.has(numbered.event.type) ? this.#frequent : this.#others).add(numbered);
  }

  /** The last `count` of them, oldest first. */
  last(count: number): readonly Numbered[] {
    if (count <= 0) return [];
    return [...this.#frequent.all, ...this.#others.all].sort((a, b) => a.seq - b.seq).slice(-count);
  }
}

class Ring {
  readonly all: Numbered[] = [];
  readonly #sizes: number[] = [];
  readonly #limits: RecentLimits;
  #bytes = 0;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  add(numbered: Numbered): void {
    const size = sizeOf(numbered.event);
    this.all.push(numbered);
    this.#sizes.push(size);
    this.#bytes += size;
    while (this.all.length > this.#limits.events || this.#bytes > this.#limits.bytes) {
      this.all.shift();
      this.#bytes -= this.#sizes.shift() ?? 0;
    }
  }
}

/** What a value takes in memory, roughly, without writing it as JSON: this is done for every event. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 16;
  for (const item of Object.values(value)) sum += 8 + sizeOf(item);
  return sum;
}
