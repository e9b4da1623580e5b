import { useMemo, useState } from 'preact/hooks';
import { bytes, duration, percent, share } from '../model/format.ts';
import { linesOf, whyNoUsage } from '../model/lines.ts';
import { chartData, type Figure, type Series } from '../model/series.ts';
import type { ServerStatus } from '../model/wire.ts';
import { Chart, Swatch } from './chart.tsx';
import { usePage } from './context.ts';

const SPANS = [
  { minutes: 5, label: '5 min' },
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '1 h' },
] as const;

/** A quarter of a MiB, and its doubles. */
const MEMORY_STEPS = Array.from({ length: 30 }, (_, index) => 2 ** (18 + index));

/** More lines than that are a thicket. */
const MOST_LINES = 6;

interface Props {
  readonly servers: readonly ServerStatus[];
  readonly series: Series;
  /** Null: all of them, one line each. */
  readonly only: string | null;
}

/** Response time, errors, memory and processor time over time. */
export function Charts({ servers, series, only }: Props) {
  const { live } = usePage();
  const [picked, setMinutes] = useState<number | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const wanted = only ?? (servers.some(({ name }) => name === chosen) ? chosen : null);
  // A manager that has just begun would stand in the last corner of a quarter of an hour.
  const minutes = picked ?? (live.now - (series.times[0] ?? 0) < 5 * 60_000 ? 5 : 15);
  const lines = useLines(servers, series, wanted);
  const to = live.now;
  const from = to - minutes * 60_000;
  const data = (figure: Figure) =>
    chartData(
      series,
      lines.map(name => series.servers[name]?.[figure]),
      minutes * 60_000,
      to,
    );
  const oneServer = wanted === null ? undefined : series.servers[wanted];
  const response = useMemo(
    () =>
      wanted === null
        ? data('p95')
        : chartData(series, [oneServer?.p50, oneServer?.p95, oneServer?.p99], minutes * 60_000, to),
    [series, wanted, minutes, lines],
  );
  const [errors, memory, cpu] = useMemo(
    () => [data('errorRate'), data('rssBytes'), data('cpuPercent')] as const,
    [series, wanted, minutes, lines],
  );
  // A start that fails changes nothing in a chart, and one that is tried for ever would fill it.
  const marks = series.restarts.filter(one => !one.isStart && lines.includes(one.server));
  const noUsage = whyNoUsage(servers.filter(({ name }) => lines.includes(name)));
  const common = { from, to, marks, isShared: wanted === null };
  return (
    <section class="panel charts" aria-labelledby="charts">
      <div class="panel-head">
        <h2 id="charts" class="panel-title">
          Over time
        </h2>
        <span class="panel-tools">
          {only === null && servers.length > 1 ? (
            <label class="inline-field">
              <span class="visually-hidden">Server</span>
              <select value={wanted ?? ''} onChange={event => setChosen(event.currentTarget.value || null)}>
                <option value="">
                  {servers.length > MOST_LINES ? `${MOST_LINES} of ${servers.length} servers` : 'All servers'}
                </option>
                {servers.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          ) : null}
          <fieldset class="segments" aria-label="Time shown">
            {SPANS.map(span => (
              <button
                key={span.minutes}
                type="button"
                aria-pressed={span.minutes === minutes}
                onClick={() => setMinutes(span.minutes)}
              >
                {span.label}
              </button>
            ))}
          </fieldset>
        </span>
      </div>
      {wanted !== null ? null : (
        <p class="shared-legend" aria-hidden="true">
          {lines.map((name, index) => (
            <span key={name} class="legend-item">
              <Swatch index={index} />
              <span class="legend-name">{name}</span>
            </span>
          ))}
        </p>
      )}
      <div class="chart-grid" data-one={wanted !== null}>
        <Chart
          {...common}
          title={wanted === null ? 'Response time, p95' : 'Response time'}
          names={wanted === null ? lines : ['p50', 'p95', 'p99']}
          data={response}
          format={duration}
          atLeast={10}
          empty="No call in this time"
        />
        <Chart
          {...common}
          title="Error rate"
          names={lines}
          data={errors}
          format={share}
          atLeast={0.05}
          empty="No call in this time"
        />
        <Chart
          {...common}
          title="Memory"
          names={lines}
          data={memory}
          format={bytes}
          steps={MEMORY_STEPS}
          atLeast={16 * 1024 * 1024}
          empty={noUsage}
        />
        <Chart
          {...common}
          title="CPU, of one core"
          names={lines}
          data={cpu}
          format={percent}
          atLeast={5}
          empty={noUsage}
        />
      </div>
    </section>
  );
}

/** The same list as long as the same names are in it. */
function useLines(servers: readonly ServerStatus[], series: Series, wanted: string | null): readonly string[] {
  const names = wanted === null ? linesOf(servers, series, MOST_LINES) : [wanted];
  const key = JSON.stringify(names);
  return useMemo(() => names, [key]);
}
