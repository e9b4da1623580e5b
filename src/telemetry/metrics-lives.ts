import type { HoldfastEvent } from './events.ts';
import type { Make } from './metrics-make.ts';

/** How servers start, go down and are stopped, and what checks of them found. */
export class LifeMetrics {
  readonly #starts;
  readonly #startFailures;
  readonly #startDuration;
  readonly #exits;
  readonly #givenUp;
  readonly #stopDuration;
  readonly #checks;
  readonly #ping;
  readonly #list;
  readonly #catalogue;
  readonly #lines;
  readonly #sockets;

  constructor(make: Make) {
    const name = (rest: string) => `holdfast_server_${rest}`;
    this.#starts = make.counter(name('starts_total'), 'Processes and connections of it that were started', 'server');
    this.#startFailures = make.counter(
      name('start_failures_total'),
      'Starts that failed, by the step (admission, spawn, initialize, tools) and the error',
      'server',
      'step',
      'cause',
    );
    this.#startDuration = make.histogram(name('start_duration_seconds'), 'From the start until it was ready', 'server');
    this.#exits = make.counter(
      name('downs_total'),
      'Times that it was ready and went down without being asked to, by error',
      'server',
      'cause',
    );
    this.#givenUp = make.counter(name('failures_total'), 'Times that it was given up, by error', 'server', 'cause');
    this.#stopDuration = make.histogram(name('stop_duration_seconds'), 'Time until its processes were gone', 'server');
    this.#checks = make.counter(name('checks_total'), 'Health checks, by verdict', 'server', 'verdict');
    this.#ping = make.histogram(name('ping_duration_seconds'), 'Time to answer the ping of a check', 'server');
    this.#list = make.histogram(name('list_duration_seconds'), 'Time to list the tools in a check', 'server');
    this.#catalogue = make.counter(
      name('catalogue_changes_total'),
      'Times that what it offers changed, by kind',
      'server',
      'kind',
    );
    this.#lines = make.counter(
      name('output_lines_total'),
      'Lines that were no messages, by stream',
      'server',
      'stream',
    );
    this.#sockets = make.gauge(
      name('sockets'),
      'Sockets of its processes at the last check: open, closeWait or listening',
      'server',
      'state',
    );
  }

  /** Those that may be 0 for long: without a first value, the first increase would not be seen. */
  seen(server: string): void {
    this.#starts.inc({ server }, 0);
  }

  heard(event: HoldfastEvent): void {
    switch (event.type) {
      case 'server.starting':
        return this.#starts.inc({ server: event.server });
      case 'server.ready':
        return this.#startDuration.observe({ server: event.server }, event.readyMs / 1_000);
      case 'server.down': {
        const { server, step, fault } = event;
        if (step === undefined) return this.#exits.inc({ server, cause: fault.code });
        return this.#startFailures.inc({ server, step, cause: fault.code });
      }
      case 'server.failed':
        return this.#givenUp.inc({ server: event.server, cause: event.fault.code });
      case 'server.cleaned':
        return this.#stopDuration.observe({ server: event.server }, event.tookMs / 1_000);
      case 'health.checked': {
        const { server, verdict, pingMs, listMs } = event;
        this.#checks.inc({ server, verdict });
        if (pingMs !== null) this.#ping.observe({ server }, pingMs / 1_000);
        if (listMs !== null) this.#list.observe({ server }, listMs / 1_000);
        return;
      }
      case 'catalogue.changed':
        return this.#catalogue.inc({ server: event.server, kind: event.kind });
      case 'server.output':
        return this.#lines.inc({ server: event.server, stream: event.stream });
      case 'network.sockets': {
        const { server, open, closeWait, listening } = event;
        for (const [state, count] of Object.entries({ open, closeWait, listening }))
          this.#sockets.set({ server, state }, count);
      }
    }
  }
}
