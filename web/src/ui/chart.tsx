import { useEffect, useId, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { useStore } from '../client/store.ts';
import { NONE } from '../model/format.ts';
import { type ChartData, extremes } from '../model/series.ts';
import type { Restart } from '../model/wire.ts';
import { colourOf, DASHES } from './colours.ts';
import { repaint } from './theme.ts';

export interface ChartProps {
  readonly title: string;
  /** What each line is; colour and dash go by the place. */
  readonly names: readonly string[];
  readonly data: ChartData;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number | null) => string;
  /** The axis reaches at least this far. */
  readonly atLeast: number;
  /** Between the figures of the axis; decimal ones where absent. */
  readonly steps?: readonly number[];
  readonly marks: readonly Restart[];
  readonly empty: string;
  /** The names stand above all charts. */
  readonly isShared: boolean;
}

/** In the page's own measure, which grows with the screen and with what the reader has chosen. */
const [HEIGHT, AXIS_HEIGHT, AXIS_WIDTH, LETTERS] = [9.5, 1.7, 4.4, 0.786];
const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Lines over time. What it shows stands beside it in words, too. */
export function Chart(props: ChartProps) {
  const { title, names, data, empty } = props;
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [measure, setMeasure] = useState(rem);
  const painted = useStore(repaint);
  const shape = names.length;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(latest, element, shape, setCursor), dataOf(latest.current.data), element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: HEIGHT * rem() });
      setMeasure(rem());
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, measure]);
  useEffect(() => plot.current?.setData(dataOf(data)), [data, shape, measure]);
  useEffect(() => plot.current?.redraw(false), [painted]);

  const all = data.columns.map(extremes);
  const isEmpty = all.every(one => one === null);
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption class="chart-head">
        <span id={id} class="chart-title">
          {title}
        </span>
        <Legend {...props} cursor={cursor} />
      </figcaption>
      <div class="chart-place" ref={place} aria-hidden="true">
        {isEmpty ? <p class="chart-empty">{empty}</p> : null}
      </div>
      <p class="visually-hidden">{inWords(props)}</p>
    </figure>
  );
}

/** Each line with its figure; of many, whose names stand above all charts, the highest one alone. */
function Legend({ names, data, format, isShared, cursor }: ChartProps & { readonly cursor: number | null }) {
  const at = (index: number): number | null =>
    (cursor === null ? data.columns[index]?.at(-1) : data.columns[index]?.[cursor]) ?? null;
  const highest = names.reduce((most, _, index) => ((at(index) ?? -1) > (at(most) ?? -1) ? index : most), 0);
  return (
    <span class="chart-legend">
      {names.map((name, index) =>
        isShared && index !== highest ? null : (
          <span key={name} class="legend-item">
            {names.length === 1 && !isShared ? null : (
              <>
                <Swatch index={index} />
                <span class="legend-name">{name}</span>
              </>
            )}
            <span class="numbers legend-value">{format(at(index))}</span>
          </span>
        ),
      )}
    </span>
  );
}

export function Swatch({ index }: { index: number }) {
  const dash = DASHES[Math.floor(index) % DASHES.length] ?? [];
  return (
    <svg class={`swatch line-${index % 6}`} viewBox="0 0 18 6" aria-hidden="true">
      <path d="M0 3H18" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}

function inWords({ names, data, format, from, to }: ChartProps): string {
  const minutes = Math.round((to - from) / 60_000);
  const lines = names.map((name, index) => {
    const range = extremes(data.columns[index] ?? []);
    return range === null
      ? `${name}: nothing known`
      : `${name}: now ${range.last === null ? NONE : format(range.last)}, between ${format(range.min)} and ${format(range.max)}`;
  });
  return `In the last ${minutes} minutes. ${lines.join('. ')}.`;
}

const dataOf = ({ times, columns }: ChartData): uPlot.AlignedData => [
  [...times],
  ...columns.map(column => [...column]),
];

function optionsOf(
  latest: { readonly current: ChartProps },
  element: HTMLElement,
  lines: number,
  setCursor: (index: number | null) => void,
): uPlot.Options {
  const unit = rem();
  const axis = {
    stroke: () => colourOf('--muted'),
    // Whole pixels: uPlot makes its own of them on a fine screen, and reads no fractions. Of dashes it makes none.
    font: `${Math.round(LETTERS * unit)}px system-ui, sans-serif`,
    grid: { stroke: () => colourOf('--grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(100, element.clientWidth),
    height: HEIGHT * unit,
    padding: [0.6 * unit, 1.5 * unit, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'charts' }, points: { size: 6 }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: true, range: () => [latest.current.from / 1_000, latest.current.to / 1_000] },
      y: { range: (_, __, max) => [0, Math.max(latest.current.atLeast, (max ?? 0) * 1.12)] },
    },
    axes: [
      { ...axis, size: AXIS_HEIGHT * unit, space: 5 * unit, values: (_, values) => values.map(timeLabel) },
      {
        ...axis,
        size: AXIS_WIDTH * unit,
        space: 2.2 * unit,
        ...(latest.current.steps === undefined ? {} : { incrs: [...latest.current.steps] }),
        values: (_, values) => values.map(value => latest.current.format(value)),
      },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, index) => ({
        stroke: () => colourOf(`--line-${index % 6}`),
        width: 1.75,
        dash: (DASHES[index % DASHES.length] ?? []).map(length => length * devicePixelRatio),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [plot => setCursor(plot.cursor.idx ?? null)],
      drawClear: [plot => drawMarks(plot, latest.current.marks)],
    },
  };
}

const pad = (value: number): string => String(value).padStart(2, '0');

function timeLabel(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const label = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return date.getSeconds() === 0 ? label : `${label}:${pad(date.getSeconds())}`;
}

/** A line for each restart: what changes in a chart has often its reason there. */
function drawMarks(plot: uPlot, marks: readonly Restart[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { at, category } of marks) {
    const x = Math.round(plot.valToPos(at / 1_000, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colourOf(category === null ? '--mark-asked' : '--mark-line');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
