import type { HistoryReport, Restart, ServerFigures, Totals } from './wire.ts';

export type Figure = keyof ServerFigures;
type Column = readonly (number | null)[];

/** What is known of the last hour, put together from what the manager told piece by piece. */
export interface Series {
  readonly everyMs: number;
  /** Milliseconds since 1970, by the manager's clock. */
  readonly times: readonly number[];
  readonly servers: Readonly<Record<string, Readonly<Record<Figure, Column>>>>;
  readonly manager: HistoryReport['manager'];
  readonly restarts: readonly Restart[];
  readonly totals: Readonly<Record<string, Totals>>;
}

const KEEP_MS = 3_600_000;
const MAX_RESTARTS = 2_000;
const FIGURES: readonly Figure[] = ['p50', 'p95', 'p99', 'errorRate', 'rssBytes', 'cpuPercent', 'inFlight', 'held'];
const MANAGER_FIGURES = ['rssBytes', 'lagMs', 'sessions'] as const;

export const noSeries: Series = {
  everyMs: 5_000,
  times: [],
  servers: {},
  manager: { rssBytes: [], lagMs: [], sessions: [] },
  restarts: [],
  totals: {},
};

/** `known`, and behind it what is new in `report`, no longer than an hour. Servers that are gone are forgotten. */
export function merged(known: Series, report: HistoryReport): Series {
  const last = known.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  const from = report.times.findIndex(time => time > last);
  const fresh = from < 0 ? [] : report.times.slice(from);
  const oldest = report.now - KEEP_MS;
  const cut = known.times.findIndex(time => time >= oldest);
  const skip = cut < 0 ? known.times.length : cut;
  const blank: Column = known.times.map(() => null);
  const join = (before: Column, after: Column): Column => [
    ...before.slice(skip),
    ...(from < 0 ? [] : after.slice(from)),
  ];
  return {
    everyMs: report.everyMs,
    times: [...known.times.slice(skip), ...fresh],
    servers: Object.fromEntries(
      Object.entries(report.servers).map(([name, columns]) => [
        name,
        columnsOf(FIGURES, figure =>
          join(known.servers[name]?.[figure] ?? blank, figure === 'errorRate' ? errorRates(columns) : columns[figure]),
        ),
      ]),
    ),
    manager: columnsOf(MANAGER_FIGURES, figure => join(known.manager[figure], report.manager[figure])),
    restarts: withRestarts(known.restarts, report.restarts, oldest),
    totals: report.totals,
  };
}

/** Without a call there is no rate: none of none is not the same as none of many. */
function errorRates({ p50, errorRate }: HistoryReport['servers'][string]): Column {
  return errorRate.map((rate, place) => (rate === 0 && (p50[place] ?? null) === null ? null : rate));
}

function withRestarts(known: readonly Restart[], fresh: readonly Restart[], oldest: number): readonly Restart[] {
  const keyOf = ({ at, server, code }: Restart): string => `${at} ${code} ${server}`;
  const seen = new Set(known.map(keyOf));
  return [...known, ...fresh.filter(restart => !seen.has(keyOf(restart)))]
    .filter(({ at }) => at >= oldest)
    .slice(-MAX_RESTARTS);
}

function columnsOf<Name extends string>(all: readonly Name[], make: (name: Name) => Column): Record<Name, number[]> {
  return Object.fromEntries(all.map(name => [name, make(name)])) as Record<Name, number[]>;
}

/** What a chart draws: seconds since 1970, and a column for each line. */
export interface ChartData {
  readonly times: readonly number[];
  readonly columns: readonly Column[];
}

/** The last `spanMs` before `now` of some columns. Where the manager was gone, nothing is drawn: a line would say that all was well. */
export function chartData(
  series: Series,
  columns: readonly (Column | undefined)[],
  spanMs: number,
  now: number,
): ChartData {
  const { times, everyMs } = series;
  const first = times.findIndex(time => time >= now - spanMs);
  const from = first < 0 ? times.length : first;
  const shown: number[] = [];
  const places: (number | null)[] = [];
  for (let place = from; place < times.length; place += 1) {
    const [time, before] = [times[place] ?? 0, times[place - 1]];
    if (place > from && before !== undefined && time - before > 3 * everyMs) {
      shown.push(before + everyMs);
      places.push(null);
    }
    shown.push(time);
    places.push(place);
  }
  return {
    times: shown.map(time => time / 1_000),
    columns: columns.map(column => places.map(place => (place === null ? null : (column?.[place] ?? null)))),
  };
}

/** Least, most and last of what is known of a column; null where nothing is. */
export function extremes(
  column: Column,
): { readonly min: number; readonly max: number; readonly last: number | null } | null {
  const known = column.filter(value => value !== null);
  if (known.length === 0) return null;
  const min = known.reduce((a, b) => Math.min(a, b));
  const max = known.reduce((a, b) => Math.max(a, b));
  return { min, max, last: column.at(-1) ?? null };
}

/** The totals of several servers as one. */
export function summed(totals: readonly (Totals | undefined)[]): Totals {
  const sum = (what: keyof Totals): number => totals.reduce((all, one) => all + (one?.[what] ?? 0), 0);
  return {
    answered: sum('answered'),
    held: sum('held'),
    replayed: sum('replayed'),
    rejected: sum('rejected'),
    timedOut: sum('timedOut'),
    cancelled: sum('cancelled'),
  };
}
