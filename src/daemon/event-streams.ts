import type { EventListener } from '../telemetry/event-hub.ts';

/** A reader that is further behind than this is cut off, after what it had missed so far: memory has an end. */
const MAX_BEHIND = 10_000;

/** Streams of events, one JSON object a line, for as many readers as there are. */
export class EventStreams {
  readonly #onEvent: (listener: EventListener) => () => void;
  readonly #open = new Set<() => void>();

  constructor(onEvent: (listener: EventListener) => () => void) {
    this.#onEvent = onEvent;
  }

  /** Every event from now on, until the reader cancels, is too slow, or `close` is called. */
  open(): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let end = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start: controller => {
          const unsubscribe = this.#onEvent(event => {
            if ((controller.desiredSize ?? 0) <= 0) {
              end();
              controller.close();
            } else {
              controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
            }
          });
          const close = () => {
            end();
            controller.close();
          };
          end = () => {
            unsubscribe();
            this.#open.delete(close);
          };
          this.#open.add(close);
        },
        cancel: () => end(),
      },
      new CountQueuingStrategy({ highWaterMark: MAX_BEHIND }),
    );
  }

  /** Ends every stream. */
  close(): void {
    for (const close of [...this.#open]) close();
  }
}
