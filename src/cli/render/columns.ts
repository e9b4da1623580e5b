import { fit, widthOf } from './text.ts';
import { plainTheme, type Theme, type Tone } from './theme.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Never narrower, so that a table does not jump while its cells change. */
  readonly min: number;
  /** Left out in this order where there is no room, the lowest first; a column without it always stays. */
  readonly worth?: number;
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

const GAP = '  ';
/** The first column shrinks to this before any other is left out. */
const FIRST_MIN = 10;

/** A table's heading and rows in at most `width` columns: others are left out by their worth, then the first one shrinks. */
export function columns(
  layout: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  theme: Theme = plainTheme,
): { readonly heading: string; readonly rows: readonly string[] } {
  const widths = layout.map((column, index) =>
    Math.max(column.min, widthOf(column.title), ...rows.map(row => widthOf(row[index]?.text ?? ''))),
  );
  const shown = choose(layout, widths, width);
  const others = shown.slice(1).reduce((sum, index) => sum + GAP.length + (widths[index] ?? 0), 0);
  widths[0] = Math.max(1, Math.min(widths[0] ?? 1, width - others));

  const line = (cells: readonly Cell[]): string =>
    shown
      .map(index => {
        const { text, tone } = cells[index] ?? { text: '' };
        const cell = fit(text, widths[index] ?? 0, layout[index]?.align);
        return tone === undefined ? cell : theme[tone](cell);
      })
      .join(GAP)
      .trimEnd();
  return { heading: line(layout.map(({ title }) => ({ text: title, tone: 'dim' as const }))), rows: rows.map(line) };
}

function choose(layout: readonly Column[], widths: readonly number[], width: number): number[] {
  const first = Math.min(widths[0] ?? 0, FIRST_MIN);
  const taken = (shown: readonly number[]): number =>
    shown.slice(1).reduce((sum, index) => sum + GAP.length + (widths[index] ?? 0), first);
  let shown = layout.map((_, index) => index);
  const byWorth = layout
    .flatMap(({ worth }, index) => (worth === undefined ? [] : [{ worth, index }]))
    .sort((a, b) => a.worth - b.worth);
  for (const { index } of byWorth) {
    if (taken(shown) <= width) break;
    shown = shown.filter(other => other !== index);
  }
  return shown;
}
