import type { HoldfastEvent } from './events.ts';

const SERVER_FIGURES = ['p50', 'p95', 'p99', 'errorRate', 'rssBytes', 'cpuPercent', 'inFlight', 'held'] as const;
const MANAGER_FIGURES = ['rssBytes', 'lagMs', 'sessions'] as const;
const COUNTS = ['answered', 'held', 'replayed', 'rejected', 'timedOut', 'cancelled'] as const;

/** The figures of one server at one moment; null for what is not known. */
export type ServerFigures = Readonly<Record<(typeof SERVER_FIGURES)[number], number | null>>;
export type ManagerFigures = Readonly<Record<(typeof MANAGER_FIGURES)[number], number | null>>;

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Every server that there is: what is not here any more is forgotten. */
  readonly servers: Readonly<Record<string, ServerFigures>>;
  readonly manager: ManagerFigures;
}

/** An end that nobody asked for, of a server or of its start, or a start afresh. */
export interface Restart {
  readonly at: number;
  readonly server: string;
  /** Of the error that made it necessary; `REQUESTED` for a person's wish, `MAX_AGE` for the option. */
  readonly code: string;
  /** Null where there was no error. */
  readonly category: string | null;
  readonly message: string;
  /** It had not come up yet: a start that failed, and no crash. */
  readonly isStart: boolean;
}

/** What has become of a server's calls since the manager started. */
export type Totals = Readonly<Record<(typeof COUNTS)[number], number>>;

type Column = (number | null)[];

/** What `GET /history` answers: columns as long as `times`. */
export interface HistoryReport {
  readonly now: number;
  readonly everyMs: number;
  readonly times: readonly number[];
  readonly servers: Readonly<Record<string, Readonly<Record<keyof ServerFigures, Column>>>>;
  readonly manager: Readonly<Record<keyof ManagerFigures, Column>>;
  readonly restarts: readonly Restart[];
  readonly totals: Readonly<Record<string, Totals>>;
}

export interface HistoryLimits {
  readonly everyMs: number;
  readonly samples: number;
  readonly restarts: number;
}

/** Five seconds, for an hour. */
const LIMITS: HistoryLimits = { everyMs: 5_000, samples: 720, restarts: 500 };

/** Rings of figures for charts. Nothing in it grows without end: the servers are those of the last sample. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #times: Float64Array;
  readonly #manager: Rings<keyof ManagerFigures>;
  readonly #servers = new Map<string, Rings<keyof ServerFigures>>();
  readonly #totals = new Map<string, Record<keyof Totals, number>>();
  #restarts: readonly Restart[] = [];
  /** Samples that were ever taken; the next one goes to this place, modulo the ring. */
  #taken = 0;

  constructor(limits: HistoryLimits = LIMITS) {
    this.#limits = limits;
    this.#times = new Float64Array(limits.samples);
    this.#manager = new Rings(MANAGER_FIGURES, limits.samples);
  }

  get everyMs(): number {
    return this.#limits.everyMs;
  }

  add({ at, servers, manager }: Sample): void {
    const place = this.#taken % this.#limits.samples;
    this.#times[place] = at;
    this.#manager.set(place, manager);
    for (const known of [this.#servers, this.#totals]) {
      for (const name of known.keys()) if (!Object.hasOwn(servers, name)) known.delete(name);
    }
    for (const [name, figures] of Object.entries(servers)) {
      let rings = this.#servers.get(name);
      if (rings === undefined) {
        rings = new Rings(SERVER_FIGURES, this.#limits.samples);
        this.#servers.set(name, rings);
      }
      rings.set(place, figures);
    }
    this.#taken++;
  }

  /** What an event adds to the totals and the restarts. */
  take(event: HoldfastEvent): void {
    switch (event.type) {
      case 'call.finished':
        this.#count(event.server, event.outcome, 1);
        return;
      case 'session.closed':
        this.#count(event.server, 'replayed', event.replayed);
        return;
      // What waits is not counted as it begins: most of it comes while the server is away already.
      case 'session.restored':
        this.#count(event.server, 'held', event.sent);
        return;
      case 'server.down': {
        const { code, category, message } = event.fault;
        const isStart = event.step !== undefined;
        return this.#restarted({ at: event.at, server: event.server, code, category, message, isStart });
      }
      case 'server.stopping': {
        const why = RELAUNCHES[event.reason];
        if (why !== undefined)
          this.#restarted({ at: event.at, server: event.server, category: null, ...why, isStart: false });
        return;
      }
    }
  }

  /** What is known of later than `since`, which is milliseconds since 1970. */
  report(now: number, since = Number.NEGATIVE_INFINITY): HistoryReport {
    const { samples, everyMs } = this.#limits;
    const places: number[] = [];
    for (let taken = Math.max(0, this.#taken - samples); taken < this.#taken; taken++) {
      const place = taken % samples;
      if ((this.#times[place] ?? 0) > since) places.push(place);
    }
    return {
      now,
      everyMs,
      times: places.map(place => this.#times[place] ?? 0),
      servers: Object.fromEntries([...this.#servers].map(([name, rings]) => [name, rings.at(places)])),
      manager: this.#manager.at(places),
      restarts: this.#restarts.filter(({ at }) => at > since),
      totals: Object.fromEntries([...this.#totals].map(([name, totals]) => [name, { ...totals }])),
    };
  }

  #restarted(restart: Restart): void {
    this.#restarts = [...this.#restarts.slice(1 - this.#limits.restarts), restart];
  }

  #count(server: string, what: keyof Totals, by: number): void {
    let totals = this.#totals.get(server);
    if (totals === undefined) {
      totals = { answered: 0, held: 0, replayed: 0, rejected: 0, timedOut: 0, cancelled: 0 };
      this.#totals.set(server, totals);
    }
    totals[what] += by;
  }
}

/** The reasons of a stop after which the server starts again at once. */
const RELAUNCHES: Readonly<Record<string, Pick<Restart, 'code' | 'message'>>> = {
  relaunch: { code: 'REQUESTED', message: 'restarted on request' },
  maxAge: { code: 'MAX_AGE', message: 'old enough to be started afresh' },
};

/** One ring for each figure; NaN stands for null. */
class Rings<Figure extends string> {
  readonly #columns: readonly (readonly [Figure, Float64Array])[];

  constructor(figures: readonly Figure[], samples: number) {
    this.#columns = figures.map(figure => [figure, new Float64Array(samples).fill(Number.NaN)] as const);
  }

  set(place: number, figures: Readonly<Record<Figure, number | null>>): void {
    for (const [figure, column] of this.#columns) column[place] = figures[figure] ?? Number.NaN;
  }

  at(places: readonly number[]): Record<Figure, Column> {
    const entries = this.#columns.map(
      ([figure, column]) => [figure, places.map(place => known(column[place]))] as const,
    );
    return Object.fromEntries(entries) as Record<Figure, Column>;
  }
}

/** More digits are noise, and half of what would be sent. */
function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Math.round(value * 10_000) / 10_000;
}
