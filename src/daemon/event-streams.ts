import type { EventListener } from '../telemetry/event-hub.ts';
import type { HoldfastEvent } from '../telemetry/events.ts';
import { type Numbered, RecentEvents } from './recent-events.ts';

/** A reader that is further behind than this is cut off, after what it had missed so far: memory has an end. */
const MAX_BEHIND = 10_000;
const MAX_BEHIND_BYTES = 8_000_000;

export interface EventStreamsOptions {
  readonly onEvent: (listener: EventListener) => () => void;
  /** Takes secrets out of an event. */
  readonly redact: (event: HoldfastEvent) => HoldfastEvent;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
}

interface Reader {
  /** Where it reads. */
  readonly place: string;
  tell(line: Uint8Array): void;
  close(): void;
}

const encoder = new TextEncoder();
const lineOf = (value: object): Uint8Array => encoder.encode(`${JSON.stringify(value)}\n`);

/** Streams of events, one JSON object a line, for as many readers as there are; and the last events, for those who come later. */
export class EventStreams {
  readonly #redact: EventStreamsOptions['redact'];
  readonly #wall: () => number;
  readonly #unsubscribe: () => void;
  readonly #recent = new RecentEvents();
  readonly #readers = new Set<Reader>();
  #seq: number;

  constructor({ onEvent, redact, wall }: EventStreamsOptions) {
    this.#redact = redact;
    this.#wall = wall;
    // No manager tells a thousand events a millisecond, so that the next one's numbers are higher.
    this.#seq = wall() * 1_000;
    this.#unsubscribe = onEvent(event => this.#take(event));
  }

  /**
   * Every event from now on, until the reader cancels, is too slow, or `close` is called; where `recent` is given, the last so many
   * that are kept go before, and a line `recent.end` between.
   */
  open(recent: number | null = null, place = ''): ReadableStream<Uint8Array> {
    let forget = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start: controller => {
          const close = () => {
            forget();
            controller.close();
          };
          const tell = (line: Uint8Array) => {
            if ((controller.desiredSize ?? 0) <= 0) close();
            else controller.enqueue(line);
          };
          const reader: Reader = { place, tell, close };
          forget = () => this.#readers.delete(reader);
          if (recent !== null) {
            for (const numbered of this.#recent.last(recent)) controller.enqueue(this.#line(numbered));
            controller.enqueue(lineOf({ type: 'recent.end', at: this.#wall(), seq: this.#seq }));
          }
          this.#readers.add(reader);
        },
        cancel: () => forget(),
      },
      // Each line weighs as a part of either limit, whichever it takes more of.
      { highWaterMark: MAX_BEHIND_BYTES, size: line => Math.max(line.byteLength, MAX_BEHIND_BYTES / MAX_BEHIND) },
    );
  }

  /** Tells every reader that nothing has happened, which a broken connection would not. */
  beat(): void {
    this.#tell(() => lineOf({ type: 'alive', at: this.#wall() }));
  }

  /** Ends the streams of those who read there. */
  end(place: string): void {
    for (const reader of [...this.#readers]) if (reader.place === place) reader.close();
  }

  /** Ends every stream. */
  close(): void {
    this.#unsubscribe();
    for (const reader of [...this.#readers]) reader.close();
  }

  #take(event: HoldfastEvent): void {
    const numbered = { seq: ++this.#seq, event };
    this.#recent.add(numbered);
    this.#tell(() => this.#line(numbered));
  }

  /** Written once for all, and not at all where nobody reads. */
  #tell(write: () => Uint8Array): void {
    if (this.#readers.size === 0) return;
    const line = write();
    for (const reader of [...this.#readers]) reader.tell(line);
  }

  #line({ seq, event }: Numbered): Uint8Array {
    return lineOf({ seq, ...this.#redact(event) });
  }
}
